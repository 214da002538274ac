// Every component in every state: built for this alone, never part of the app.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { _electron } from 'playwright';
import { build } from 'vite';
import { electronFlags } from './electron-flags.mjs';
import { root } from './root.mjs';

const LOOKS = [
  { name: 'dark', reducedMotion: 'reduce', colorScheme: 'dark', forcedColors: 'none' },
  { name: 'light', reducedMotion: 'reduce', colorScheme: 'light', forcedColors: 'none' },
  { name: 'forced', reducedMotion: 'reduce', colorScheme: 'dark', forcedColors: 'active' },
];

const WINDOW = `const { app, BrowserWindow } = require('electron');
app.whenReady().then(() =>
  new BrowserWindow({ width: 1100, height: 900, useContentSize: true }).loadFile(__dirname + '/gallery.html'),
);
`;

/**
 * @param {string} executablePath an Electron
 * @param {string} out where the pictures go
 */
export async function takeComponents(executablePath, out) {
  const outDir = join(root, 'test-results/gallery');
  await build({
    configFile: false,
    logLevel: 'error',
    root: join(root, 'src/renderer/gallery'),
    base: './',
    plugins: [react()],
    build: {
      outDir,
      emptyOutDir: true,
      rolldownOptions: { input: join(root, 'src/renderer/gallery/gallery.html') },
    },
  });
  // Electron wants a folder with a package in it.
  await writeFile(
    join(outDir, 'package.json'),
    JSON.stringify({ name: 'gallery', version: '1.0.0', main: 'window.cjs' }),
  );
  await writeFile(join(outDir, 'window.cjs'), WINDOW);
  const args = [...electronFlags(), outDir];
  const electron = await _electron.launch({ executablePath, args, cwd: root });
  const page = await electron.firstWindow();
  await page.getByRole('heading', { name: 'This page stopped' }).waitFor();
  for (const { name, ...media } of LOOKS) {
    await page.emulateMedia(media);
    await page.screenshot({ path: join(out, `components-${name}.png`), fullPage: true });
  }
  await electron.close();
}
