/** What a round does, made of its seed and number alone: the same two give the same plan. */
import { randomFrom } from './random.mjs';
import { KIND_NAMES } from './works.mjs';

const MODES = ['pool', 'pool', 'pool', 'sequential', 'event-loop', 'thread-per-task'];

/** Named moments: the nth of these system calls does not come back. `paths` are below the data folder. */
const STEPS = {
  'a file takes its name': { names: ['link', 'linkat', 'rename', 'renameat', 'renameat2'], most: 40 },
  'a flush': { names: ['fsync', 'fdatasync', 'syncfs'], most: 20 },
  'a temporary name goes': { names: ['unlink', 'unlinkat'], most: 40 },
  'bytes are written': { names: ['write', 'pwrite64', 'writev', 'copy_file_range', 'sendfile'], most: 300 },
  'a folder is made or removed': { names: ['mkdir', 'mkdirat', 'rmdir'], most: 12 },
  'attributes are set': { names: ['fchmod', 'chmod', 'utimensat', 'ftruncate', 'fsetxattr'], most: 60 },
  'a file is opened': { names: ['openat'], most: 400 },
  'a transaction is written': { names: ['pwrite64'], most: 60, paths: ['heddle.db-wal'] },
  'the log is folded into the database': { names: ['pwrite64', 'fdatasync'], most: 12, paths: ['heddle.db'] },
  'a lock is taken': { names: ['fcntl'], most: 60 },
};

/** What system calls answer instead of what they should. */
const CALL_FAULTS = {
  'flush fails (EIO)': { names: ['fsync', 'fdatasync', 'syncfs'], error: 'EIO', from: 30 },
  'disk full (ENOSPC)': { names: ['pwrite64', 'fallocate', 'ftruncate'], error: 'ENOSPC', from: 80 },
  'name refused (EACCES)': { names: ['link', 'linkat', 'rename', 'renameat2'], error: 'EACCES', from: 30 },
};

function killOf(random) {
  const how = random.weighted([
    [4, 'time'],
    [2, 'lines'],
    [6, 'step'],
    [1, 'stop'],
    [1, 'stop and kill'],
  ]);
  if (how === 'time') return { name: 'at a random moment', ms: random.spread(60, 2500) };
  if (how === 'lines') return { name: 'at a result', lines: random.spread(1, 200) };
  if (how === 'stop')
    return {
      name: 'asked to stop',
      ms: random.spread(200, 2000),
      signal: random.pick(['SIGINT', 'SIGTERM']),
    };
  if (how === 'stop and kill')
    return {
      name: 'while it stops',
      ms: random.spread(200, 2000),
      signal: 'SIGINT',
      thenMs: random.spread(1, 100),
    };
  const [name, { most, ...step }] = random.pick(Object.entries(STEPS));
  return { name, call: { ...step, nth: random.spread(1, most) } };
}

function runOf(random) {
  const run = { kill: random.chance(0.85) ? killOf(random) : {} };
  if (random.chance(0.12)) {
    const [name, { from, ...fault }] = random.pick(Object.entries(CALL_FAULTS));
    run.fault = { name, ...fault, nth: `${random.spread(1, from)}+` };
  } else if (random.chance(0.06))
    run.fault = { name: 'source unreadable (EIO)', source: random.integer(1, 5) };
  if (random.chance(0.05)) run.files = random.integer(70, 130);
  if (random.chance(0.1)) run.clock = random.pick(['-400d', '-1h', '+1h', '+30d', '+2y', '-1d x3']);
  return run;
}

/** @param {string} seed */
export function planOf(seed, number) {
  const random = randomFrom(`${seed}:${number}`);
  const data = random.chance(0.3)
    ? random.pick(['locked', 'locked', 'full', 'read-only', 'torn', 'garbled'])
    : null;
  // What tears the log has to be alone with it. A manifest that was written is in the way of a job that has forgotten it.
  const isTorn = data === 'torn' || data === 'garbled';
  const makeWork = () => {
    const mode = random.pick(MODES);
    return {
      kind: random.pick(KIND_NAMES.filter((kind) => !isTorn || kind !== 'hash')),
      mode,
      workers: mode === 'sequential' ? null : random.pick([null, null, 1, 2, 3, 6]),
      runs: Array.from({ length: random.integer(1, 4) }, () => runOf(random)),
    };
  };
  const count = random.weighted([
    [5, 1],
    [3, 2],
    [1, 3],
  ]);
  const works = Array.from({ length: isTorn ? 1 : count }, makeWork);
  const plan = {
    name: `${seed}:${number}`,
    /** On a disk that flushes at once. */
    inMemory: random.chance(0.6),
    works,
    proxy: random.chance(0.25) ? random.pick([0.1, 0.3, 0.6]) : null,
    folder: random.chance(0.25) ? random.pick(['full', 'read-only', 'source gone', 'target gone']) : null,
    data,
    /** Given to the jobs while they run, by other processes. */
    meanwhile: random.chance(0.3) ? random.pick(['jobs', 'resume', 'retry', 'cancel']) : null,
    window: null,
    random,
  };
  if (number % 8 === 5) {
    plan.window = {
      actions: Array.from({ length: random.integer(2, 8) }, () => ({
        ms: random.spread(5, 600),
        does: random.pick(['pause', 'resume', 'resume', 'cancel', 'retry', 'resize', 'resize', 'restart']),
        workers: random.integer(1, 6),
        which: random.integer(0, 2),
      })),
      kill: random.chance(0.8),
    };
    plan.folder = null;
    if (plan.data !== 'locked') plan.data = null;
  }
  return plan;
}
