/** The flags of `heddle serve`. */
import { availableParallelism } from 'node:os';
import { InvalidArgumentError, type Command } from 'commander';
import { MAX_WORKERS } from '../common/model/job-request';
import { byteRate, whole } from './download-flags';

export interface ServeFlags {
  readonly port: number;
  readonly host: string;
  readonly latency: number;
  readonly jitter: number;
  readonly rate?: number;
  /** 0 to 1. */
  readonly errors: number;
  readonly workers: number;
  readonly quiet?: true;
}

const LONGEST_LATENCY_MS = 600_000;

export function addServeFlags(command: Command): Command {
  return command
    .option('--port <n>', 'port; 0: any free one', whole(0, 65_535), 0)
    .option('--host <address>', 'listen there instead; others can read the files then', '127.0.0.1')
    .option('--latency <ms>', 'wait before each answer', whole(0, LONGEST_LATENCY_MS), 0)
    .option(
      '--jitter <ms>',
      'wait up to this much more or less, evenly distributed, never less than nothing',
      whole(0, LONGEST_LATENCY_MS),
      0,
    )
    .option('--rate <bytes>', 'bytes per second for each connection; 500K, 2M', byteRate)
    .option('--errors <share>', 'answer 503 to this share of requests, by chance: 0.05 or 5%', share, 0)
    .option(
      '--workers <n>',
      'threads that connections are spread over; 1: no others',
      whole(1, MAX_WORKERS),
      defaultServeWorkers(),
    )
    .option('--quiet', 'no progress on standard error');
}

/**
 * Half the cores: who is served by a trial server is mostly on the same machine, and needs the others. Handing
 * connections over costs, so that on two cores two threads answered no more small requests than one.
 */
export function defaultServeWorkers(cores = availableParallelism()): number {
  return Math.min(8, Math.max(1, Math.floor(cores / 2)));
}

/** `0.05` or `5%` → 0.05 */
export function share(text: string): number {
  const [, digits, percent] = /^(\d+(?:\.\d+)?|\.\d+)\s*(%?)$/u.exec(text.trim()) ?? [];
  const value = Number(digits) / (percent === '%' ? 100 : 1);
  if (digits === undefined || value > 1) {
    throw new InvalidArgumentError('It is a share from 0 to 1, or from 0% to 100%.');
  }
  return value;
}
