import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './lib/root.mjs';

const readme = readFileSync(join(root, 'README.md'), 'utf8');
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** @returns {string[]} the lines of all blocks in this shell's language */
function commands(language) {
  const blocks = [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))];
  return blocks.flatMap(([, text]) => text.trim().split('\n'));
}

describe('a command in README', () => {
  it('is quoted for the Command Prompt with what are quotes there', () => {
    const lines = commands('bat');
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.filter((line) => /['~]|\$HOME|&&/.test(line))).toEqual([]);
    // Outside of quotes `&` begins another command.
    expect(lines.filter((line) => line.replaceAll(/"[^"]*"/g, '').includes('&'))).toEqual([]);
  });

  it('is quoted for PowerShell: lists, addresses and variables', () => {
    const lines = commands('powershell');
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.filter((line) => /[~%]|&&/.test(line))).toEqual([]);
    expect(lines.filter((line) => /[&,]/.test(line.replaceAll(/"[^"]*"|'[^']*'/g, '')))).toEqual([]);
    expect(lines.filter((line) => /'[^']*\$/.test(line))).toEqual([]);
  });

  it('names no closing quote after a backslash on Windows, which would be one of the argument', () => {
    expect([...commands('bat'), ...commands('powershell')].filter((line) => /\\["']/.test(line))).toEqual([]);
  });

  it('names scripts that there are', () => {
    const named = [...readme.matchAll(/npm run (?:-s )?([a-z][a-z0-9:]*)/g)].map(([, name]) => name);
    expect(named).toContain('package');
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});
