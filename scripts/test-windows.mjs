// `npm run test:windows`: the built terminal on a Node for Windows, under wine.
import { toolScript } from './lib/tool.cjs';
import { buildIfStale } from './lib/build.cjs';
import { say } from './lib/root.mjs';
import { run } from './lib/run.mjs';
import { stopWine, windowsRuntime, wineEnvironment } from './lib/windows-runtime.mjs';

const runtime = windowsRuntime();
if (runtime === null || !buildIfStale()) {
  say('Windows was not tested.');
  process.exitCode = 1;
} else {
  const { wine, node, prefix, modules } = runtime;
  try {
    const args = ['run', '--config', 'vitest.windows.config.mts', ...process.argv.slice(2)];
    process.exitCode = await run(process.execPath, [toolScript('vitest'), ...args], {
      ...wineEnvironment(prefix),
      HEDDLE_WINE: JSON.stringify([wine, node]),
      // Windows' own way to write it; the drive Z: is this machine's root.
      NODE_PATH: `Z:${modules.replaceAll('/', '\\')}`,
    });
  } finally {
    stopWine(runtime);
  }
}
