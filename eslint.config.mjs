/** Strict, type-checked lint; and the arrows between the rooms: who may import whom, and nobody in a circle. */
import js from '@eslint/js';
import reactHooks from 'eslint-plugin-react-hooks';
import regexp from 'eslint-plugin-regexp';
import { defineConfig, globalIgnores } from 'eslint/config';
import globals from 'globals';
import tseslint from 'typescript-eslint';
import { noCircle } from './scripts/lib/import-circles.mjs';

/** Imports run one way: common ← { files, server } ← { engine, workers }, engine ← requests ← web ← { main, cli }, engine ← rpc ← { main, cli }, common ← { preload, renderer }. */
const MAY_IMPORT = {
  common: [],
  files: ['common'],
  server: ['common'],
  engine: ['common', 'files', 'server'],
  requests: ['common', 'engine'],
  web: ['common', 'engine', 'requests', 'server'],
  workers: ['common', 'files', 'server'],
  rpc: ['common', 'files', 'server', 'engine'],
  main: ['common', 'engine', 'requests', 'rpc', 'web'],
  cli: ['common', 'engine', 'rpc', 'web'],
  preload: ['common'],
  renderer: ['common'],
};
const MAY_IMPORT_ELECTRON = ['main', 'preload'];
const MAY_IMPORT_REACT = ['renderer'];
const MAY_IMPORT_NODE = ['files', 'server', 'engine', 'requests', 'rpc', 'web', 'workers', 'main', 'cli'];

/** @returns the block that keeps a room to its arrows; its own folders reach each other through `..` freely */
function room(name) {
  const closed = Object.keys(MAY_IMPORT).filter((each) => each !== name && !MAY_IMPORT[name].includes(each));
  const patterns = [
    {
      // `../engine/x` from any depth, never `./engine/x`: rooms lie beside each other.
      regex: `^(\\.\\./)+(${closed.join('|')})(/|$)`,
      message: `${name} may import ${MAY_IMPORT[name].join(', ') || 'no other room'} (docs/architecture.md).`,
    },
  ];
  const forbid = (regex, who) =>
    patterns.push({ regex, message: `Only ${who.join(' and ')} may import it.` });
  if (!MAY_IMPORT_ELECTRON.includes(name)) forbid('^electron(/|$)', MAY_IMPORT_ELECTRON);
  if (!MAY_IMPORT_REACT.includes(name)) forbid('^react(-[a-z-]+)?(/|$)', MAY_IMPORT_REACT);
  if (!MAY_IMPORT_NODE.includes(name)) forbid('^node:', MAY_IMPORT_NODE);
  return {
    files: [`src/${name}/**/*.{ts,tsx}`],
    // Tests may look into what they test from outside, and read real files.
    ignores: ['src/**/*.test.{ts,tsx}', 'src/engine/testing/**', 'src/engine/**/test-*.ts'],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] },
  };
}

export default defineConfig(
  globalIgnores(['out', 'dist', 'coverage', 'test-results', 'playwright-report', '.runtime', '.cache']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.{ts,mts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      // `void` is how the IPC contract says that an answer carries nothing.
      '@typescript-eslint/no-invalid-void-type': 'off',
      // A type parameter that callers name (`serveTasks<Options, …>`) types what crosses a thread.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
    },
  },
  {
    files: ['src/renderer/**/*.{ts,tsx}'],
    extends: [reactHooks.configs.flat.recommended],
    // It speaks to the React Compiler, which is not used here.
    rules: { 'react-hooks/incompatible-library': 'off' },
  },
  {
    files: ['**/*.{mjs,cjs}'],
    languageOptions: { globals: globals.node },
  },
  // What it runs in the page sees a document.
  { files: ['bench/window.mjs', 'scripts/screenshots.mjs'], languageOptions: { globals: globals.browser } },
  { files: ['**/*.cjs'], languageOptions: { sourceType: 'commonjs' } },
  ...Object.keys(MAY_IMPORT).map(room),
  {
    files: ['src/**/*.{ts,tsx}'],
    ignores: ['src/**/*.test.{ts,tsx}'],
    rules: { 'max-lines': ['error', { max: 500 }] },
  },
  {
    // A pattern that goes back over what it has read stops the program for minutes on a text that somebody else wrote.
    files: ['src/**/*.{ts,tsx}'],
    ignores: ['src/**/*.test.{ts,tsx}', 'src/**/test-*.ts', 'src/**/*-fuzzing.ts'],
    plugins: { regexp },
    rules: {
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
      'regexp/no-super-linear-move': ['error', { report: 'potential' }],
    },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    plugins: { heddle: { rules: { 'no-circle': noCircle } } },
    rules: { 'heddle/no-circle': ['error', { folder: 'src' }] },
  },
);
