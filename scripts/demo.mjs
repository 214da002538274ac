// `npm run demo`: the main jobs on sample files, in the terminal.
import { join } from 'node:path';
import { root } from './lib/root.mjs';
import { run } from './lib/run.mjs';

process.exitCode = await run(process.execPath, [
  join(root, 'scripts/heddle.cjs'),
  'demo',
  ...process.argv.slice(2),
]);
