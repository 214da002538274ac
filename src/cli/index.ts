/** The script of the `heddle` command. A command that runs tasks has its threads come up while the rest loads. */
import { enableCompileCache } from 'node:module';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import type { JobKind } from '../common/model/jobs';
import { Threads } from '../engine/pool/threads';
import { EXIT } from './exit-status';
import { nodeFault } from './node-version';
import { rawArguments } from './raw-arguments';

/** What the jobs of a command are. */
const KINDS: ReadonlyMap<string, JobKind> = new Map([
  ['download', 'download'],
  ['hash', 'hash'],
  ['verify', 'verify'],
  ['copy', 'copy'],
  ['duplicates', 'hash'],
]);

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

/** As flags say it; what is wrong with them is told later, and what is stored is not known yet. */
function workersIn(flags: readonly string[]): number {
  const mode = valueOf(flags, '--mode');
  if (flags.includes('--sync') || mode === 'sequential' || mode === 'event-loop') return 1;
  const workers = Number(valueOf(flags, '--workers'));
  return workers > 0 ? workers : availableParallelism();
}

function valueOf(flags: readonly string[], name: string): string | undefined {
  const joined = flags.find((flag) => flag.startsWith(`${name}=`));
  return joined === undefined
    ? flags[flags.indexOf(name) + 1 || flags.length]
    : joined.slice(name.length + 1);
}

function start(): void {
  // Files are flushed by the system's threads for it: with more of them the disk joins flushes. Read at their first use.
  process.env['UV_THREADPOOL_SIZE'] ??= '32';

  // Beside the scripts: whoever may write there could change them as well.
  enableCompileCache(join(__dirname, '.compile-cache'));

  // A flag of the process (see scripts/heddle.cjs) has done its work by now, and would go before the threads' own bounds.
  setFlagsFromString('--max-semi-space-size=0');
  const threads = new Threads(join(__dirname, 'worker.cjs'));
  const [command = '', ...rest] = process.argv.slice(2);
  const kind = KINDS.get(command);
  const runsNone = rest.includes('--help') || (kind === 'download' && rest.includes('--dry-run'));
  if (kind !== undefined && !runsNone) threads.prepare(kind, workersIn(rest));
  void import('./main').then(({ main }) => main(threads, join(__dirname, '..')));
}
