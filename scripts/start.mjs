// `npm start`: the window; without a display, the demo in the terminal.
import { buildIfStale } from './lib/build.cjs';
import { electronFlags, hasDisplay } from './lib/electron-flags.mjs';
import { root, say } from './lib/root.mjs';
import { run } from './lib/run.mjs';

async function start() {
  if (!hasDisplay()) {
    say('There is no display (DISPLAY and WAYLAND_DISPLAY are not set), so this is the demo: npm run demo');
    await import('./demo.mjs');
    return;
  }
  if (!buildIfStale()) {
    process.exitCode = 1;
    return;
  }
  const { ensureElectron, ensureSystemLibraries } = await import('./electron-runtime.mjs');
  const electron = await ensureElectron();
  if (!ensureSystemLibraries(electron)) {
    process.exitCode = 3;
    return;
  }
  process.exitCode = await run(electron, [...electronFlags(), root, ...process.argv.slice(2)]);
}

try {
  await start();
} catch (error) {
  say(error.message);
  process.exitCode = 3;
}
