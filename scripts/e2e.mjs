// `npm run test:e2e`: Playwright on the real app, on a display of its own; arguments go to Playwright.
import { buildIfStale } from './lib/build.cjs';
import { say } from './lib/root.mjs';
import { runTool } from './lib/run.mjs';
import { startVirtualDisplay } from './lib/virtual-display.mjs';
import { ensureElectron, ensureSystemLibraries } from './electron-runtime.mjs';

async function main() {
  if (!buildIfStale()) return 1;
  const electron = await ensureElectron();
  if (!ensureSystemLibraries(electron)) return 3;
  const env = { HEDDLE_ELECTRON: electron };
  const args = ['test', ...process.argv.slice(2)];
  if (process.platform !== 'linux') return runTool('playwright', args, env);
  const { display, stop } = await startVirtualDisplay();
  try {
    return await runTool('playwright', args, { ...env, DISPLAY: display, WAYLAND_DISPLAY: '' });
  } finally {
    await stop();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  say(error.message);
  process.exitCode = 3;
}
