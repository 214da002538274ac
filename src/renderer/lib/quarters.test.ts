import { expect, test } from 'vitest';
import { nextWord, quarterOf } from './quarters';
import type { Progress } from './text';

function at(done: number, planned = true): Progress {
  const counts = { queued: 100 - done, running: 0, done, failed: 0, skipped: 0, cancelled: 0 };
  return { state: 'running', counts, planned, bytesDone: 0, bytesKnown: 0 };
}

test('progress is said at quarters, each once, and never in quick succession', () => {
  const said: string[] = [];
  let last = { quarter: 0, atMs: 0 };
  for (let second = 1; second <= 100; second++) {
    const word = nextWord(last, at(second), second * 1000);
    if (word === null) continue;
    last = word;
    said.push(`${second} s: ${word.quarter * 25} %`);
  }
  expect(said).toEqual(['25 s: 25 %', '50 s: 50 %', '75 s: 75 %']);
});

test('a job that is over in a moment is not said to be half done', () => {
  for (const done of [10, 30, 60, 90])
    expect(nextWord({ quarter: 0, atMs: 0 }, at(done), done * 50)).toBeNull();
});

test('a late listener hears the quarter that it is, not those that it missed', () => {
  expect(nextWord({ quarter: 0, atMs: 0 }, at(80), 20_000)).toEqual({ quarter: 3, atMs: 20_000 });
});

test('as long as tasks are still listed, shares say nothing', () => {
  expect(quarterOf(at(90, false))).toBe(0);
});
