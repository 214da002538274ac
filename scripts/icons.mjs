// `npm run icons`: the app's icons for each system, drawn from build/icon.svg by Electron's own Chromium.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openApp } from './lib/app-window.mjs';
import { buildIfStale } from './lib/build.cjs';
import { ICNS_SIZES, ICO_SIZES, toIcns, toIco } from './lib/icon-files.mjs';
import { root } from './lib/root.mjs';
import { startVirtualDisplay } from './lib/virtual-display.mjs';
import { ensureElectron } from './electron-runtime.mjs';

const LINUX_SIZES = [16, 24, 32, 48, 64, 128, 256, 512];
/** macOS wants a margin around the square; elsewhere it would make the icon smaller than its neighbours. */
const WHOLE = '0 0 1024 1024';
const WITHOUT_MARGIN = '80 80 864 864';

/** Runs in the main process of Electron. @returns {Promise<Array<{ size: number, png: string, rgba: string }>>} in Base64 */
async function draw({ BrowserWindow }, { svg, sizes }) {
  const window = new BrowserWindow({ show: false });
  await window.loadURL('data:text/html,');
  const images = await window.webContents.executeJavaScript(`(async () => {
    const image = new Image();
    image.src = 'data:image/svg+xml;base64,${btoa(svg)}';
    await image.decode();
    return ${JSON.stringify(sizes)}.map((size) => {
      const canvas = new OffscreenCanvas(size, size);
      const context = canvas.getContext('2d');
      context.drawImage(image, 0, 0, size, size);
      const shown = document.createElement('canvas');
      shown.width = shown.height = size;
      shown.getContext('2d').drawImage(image, 0, 0, size, size);
      const { data } = context.getImageData(0, 0, size, size);
      let rgba = '';
      for (const byte of data) rgba += String.fromCharCode(byte);
      return { size, png: shown.toDataURL('image/png').split(',')[1], rgba: btoa(rgba) };
    });
  })()`);
  window.destroy();
  return images;
}

async function render(app, viewBox, sizes) {
  const svg = (await readFile(join(root, 'build/icon.svg'), 'utf8')).replace(WHOLE, viewBox);
  const images = await app.electron.evaluate(draw, { svg, sizes });
  const bytes = (text) => Buffer.from(text, 'base64');
  return new Map(images.map(({ size, png, rgba }) => [size, { png: bytes(png), rgba: bytes(rgba) }]));
}

if (!buildIfStale()) process.exit(1);
const executable = await ensureElectron();
const virtual = process.platform === 'linux' ? await startVirtualDisplay() : null;
if (virtual !== null) process.env.DISPLAY = virtual.display;
const data = await mkdtemp(join(tmpdir(), 'heddle-icons-'));
try {
  const app = await openApp(executable, data);
  const mac = await render(app, WHOLE, ICNS_SIZES);
  const others = await render(app, WITHOUT_MARGIN, [...new Set([...ICO_SIZES, ...LINUX_SIZES])]);
  await app.electron.close();
  await mkdir(join(root, 'build/icons'), { recursive: true });
  await writeFile(join(root, 'build/icon.icns'), toIcns(mac));
  await writeFile(join(root, 'build/icon.ico'), toIco(others));
  for (const size of LINUX_SIZES) {
    await writeFile(join(root, `build/icons/${size}x${size}.png`), others.get(size).png);
  }
} finally {
  await virtual?.stop();
  await rm(data, { recursive: true, force: true });
}
