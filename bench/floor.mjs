// The floor: what a pool in Node needs for the work with the promises kept that Heddle makes for a plain file, and
// nothing else. A planning thread puts files or URLs into packets; each packet is stored before it is acted upon, goes
// to a thread unopened, and each of its tasks gets its row once. Sources are looked at before and after, targets are written
// under a hidden name that they leave when they are whole. No screen, no progress, no options, one kind of answer, and an
// error ends it. What of a difference to other tools lies here, a pool in Node cannot make up for.
//
//   node bench/floor.mjs DATABASE hash sha256|blake3 FOLDER…
//   node bench/floor.mjs DATABASE copy|copy-flush|copy-verify FOLDER TARGET
//   node bench/floor.mjs DATABASE download|download-http2 LIST FOLDER
//
// with as many threads as there are cores, or `--threads N`.
import { parseArgs } from 'node:util';
import { run } from './floor/host.mjs';

const { values, positionals } = parseArgs({
  options: { threads: { type: 'string' } },
  allowPositionals: true,
});
const [database, work, ...args] = positionals;
await run(database, {
  work,
  args,
  ...(values.threads === undefined ? {} : { threads: Number(values.threads) }),
});
