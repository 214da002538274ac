/** The script of the `heddle` command. A command that runs tasks has its threads come up while the rest loads. */
import { enableCompileCache } from 'node:module';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Threads } from '../engine/pool/threads';
import { EXIT } from './exit-status';
import { nodeFault } from './node-version';
import { rawArguments } from './raw-arguments';

const KINDS = ['download', 'hash', 'copy'] as const;
/** With more of them than this the start would wait for the threads, not for the work. */
const MOST_SPARES = 8;

// Arguments that come through another Node were given to that one.
const handedOver = process.env['HEDDLE_NODE_CHOSEN'];
delete process.env['HEDDLE_NODE_CHOSEN'];
process.argv.splice(
  2,
  Infinity,
  ...rawArguments(process.argv.slice(2), handedOver === undefined ? null : Number(handedOver)),
);

const fault = nodeFault(process.versions);
if (fault === null) start();
else {
  process.stderr.write(`heddle: ${fault}\n`);
  process.exitCode = EXIT.noStart;
}

function start(): void {
  // Files are flushed by the system's threads for it: with more of them the disk joins flushes. Read at their first use.
  process.env['UV_THREADPOOL_SIZE'] ??= '32';

  // Beside the scripts: whoever may write there could change them as well.
  enableCompileCache(join(__dirname, '.compile-cache'));

  const threads = new Threads(join(__dirname, 'worker.cjs'));
  const [command = '', ...rest] = process.argv.slice(2);
  const kind = KINDS.find((each) => each === command);
  if (kind !== undefined && !rest.includes('--help') && !rest.includes('--dry-run')) {
    const workers = rest.includes('--sync') ? 1 : Math.min(availableParallelism(), MOST_SPARES);
    // Folders are walked by one more.
    threads.prepare(kind, kind === 'download' ? workers : workers + 1);
  }
  void import('./main').then(({ main }) => main(threads));
}
