/** What may come of faults, whichever server makes them. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import type { Fault } from './fault-server';
import type { TaskLine } from './terminal';

/** Modes in which no fault may end in a wrong file. */
export const MODES = [
  { name: 'Sync', flags: ['--sync'] },
  { name: 'Async with 1 worker', flags: ['--async', '--workers', '1'] },
  { name: 'Async with 16 workers', flags: ['--async', '--workers', '16'] },
  { name: 'one thread, many in flight', flags: ['--mode', 'event-loop', '--workers', '16'] },
];

/** @returns what went other than it may */
export function complaints(faults: readonly Fault[], lines: readonly TaskLine[]): string[] {
  return faults.flatMap(({ name, outcome, url, isRight }) => {
    const line = lines.find(({ source }) => source === url);
    if (line === undefined) return [`${name}: no result`];
    if (line.state === 'done') {
      if (line.target === null || !isRight(readFileSync(line.target)))
        return [`${name}: done with a wrong file`];
      return outcome === 'failed' ? [`${name}: done, which it could not be`] : [];
    }
    if (line.state !== 'failed' || line.error === undefined) return [`${name}: ${line.state}`];
    return outcome === 'right' ? [`${name}: failed: ${line.error.message}`] : [];
  });
}

/** What is done lies there, each under a name of its own, and nothing else does: no temporary files either. */
export function expectOnlyDone(folder: string, lines: readonly TaskLine[]): void {
  const done = lines.flatMap(({ state, target }) => (state === 'done' && target !== null ? [target] : []));
  expect(new Set(done).size).toBe(done.length);
  const target = join(folder, 'target');
  expect(
    readdirSync(target)
      .map((name) => join(target, name))
      .sort(),
  ).toEqual(done.sort());
  expect(readdirSync(folder).sort()).toEqual(['data', 'target']);
}
