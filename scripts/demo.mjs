// `npm run demo`: the main jobs on sample files, in the terminal.
import { join } from 'node:path';
import { buildIfStale } from './lib/build.cjs';
import { root } from './lib/root.mjs';
import { run } from './lib/run.mjs';

process.exitCode = buildIfStale()
  ? await run(process.execPath, [join(root, 'out/main/cli.cjs'), 'demo', ...process.argv.slice(2)])
  : 1;
