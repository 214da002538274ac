// `npm run dev`: the window, built again and reloaded as sources change.
import { isRoot } from './lib/electron-flags.mjs';
import { say } from './lib/root.mjs';
import { runTool } from './lib/run.mjs';
import { ensureElectron, ensureSystemLibraries } from './electron-runtime.mjs';

try {
  const electron = await ensureElectron();
  if (!ensureSystemLibraries(electron)) throw new Error('Electron cannot be started without them.');
  const flags = ['dev', '--watch', ...(isRoot() ? ['--noSandbox'] : []), ...process.argv.slice(2)];
  process.exitCode = await runTool('electron-vite', flags, { ELECTRON_EXEC_PATH: electron });
} catch (error) {
  say(error.message);
  process.exitCode = 3;
}
