/** Whether the processors have time left: more threads help where they have, and cost memory where they have not. */
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';

/** Above it, another thread would only take turns with those that are there. */
const BUSY_SHARE = 0.9;

/** Of the whole machine, in units of its own, and of this process in microseconds. */
export interface ProcessorTimes {
  readonly busy: number;
  readonly all: number;
  readonly ownUs: number;
  readonly atMs: number;
}

/** @returns whether the processors have been busy from now until it is asked */
export function watchProcessors(): () => boolean {
  const before = read();
  return () => wereBusy(before, read(), availableParallelism());
}

/**
 * Those of the machine, or those that this process may use, which are fewer in a container.
 * @param cores that this process may use
 */
export function wereBusy(before: ProcessorTimes, after: ProcessorTimes, cores: number): boolean {
  const all = after.all - before.all;
  const couldUs = (after.atMs - before.atMs) * 1000 * cores;
  const machine = all > 0 ? (after.busy - before.busy) / all : 0;
  const own = couldUs > 0 ? (after.ownUs - before.ownUs) / couldUs : 0;
  return Math.max(machine, own) > BUSY_SHARE;
}

function read(): ProcessorTimes {
  const { user, system } = process.cpuUsage();
  return {
    ...(process.platform === 'linux' ? ofLinux() : ofOthers()),
    ownUs: user + system,
    atMs: performance.now(),
  };
}

/** The first line of proc_stat(5): user, nice, system, idle, waiting for disks, and so on; the last two are in the first. */
function ofLinux(): Pick<ProcessorTimes, 'busy' | 'all'> {
  try {
    const [line = ''] = readFileSync('/proc/stat', 'latin1').split('\n', 1);
    const [user = 0, nice = 0, system = 0, idle = 0, disk = 0, irq = 0, softIrq = 0, stolen = 0] = line
      .split(/ +/u)
      .slice(1)
      .map(Number);
    const busy = user + nice + system + irq + softIrq + stolen;
    return { busy, all: busy + idle + disk };
  } catch {
    return ofOthers();
  }
}

function ofOthers(): Pick<ProcessorTimes, 'busy' | 'all'> {
  const sums = { busy: 0, all: 0 };
  for (const { times } of cpus()) {
    const busy = times.user + times.nice + times.sys + times.irq;
    sums.busy += busy;
    sums.all += busy + times.idle;
  }
  return sums;
}
