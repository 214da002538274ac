import type { WriteStream } from 'node:tty';
import { expect, test } from 'vitest';
import type { Frame, JobFrame } from '../common/model/frames';
import { Progress } from './progress';

/** A terminal: what is written to it, and what stands on it then. */
class Terminal {
  readonly isTTY = true;
  readonly columns = 80;
  readonly rows = 24;
  written = '';

  write(text: string): boolean {
    this.written += text;
    return true;
  }

  get shown(): string[] {
    const lines: string[] = [];
    // eslint-disable-next-line no-control-regex -- what takes lines away again
    for (const part of this.written.split(/(\r\u001b\[\d+A\u001b\[J|\n)/u)) {
      // eslint-disable-next-line no-control-regex -- as above
      const up = /\u001b\[(\d+)A/u.exec(part)?.[1];
      if (up !== undefined) lines.splice(-Number(up));
      else if (part !== '\n' && part !== '') lines.push(part);
    }
    return lines;
  }
}

function frame(atMs: number, waitingFor: string | null): Frame {
  const job: JobFrame = {
    jobId: 1,
    state: 'running',
    counts: { queued: 1, running: 0, done: 0, failed: 0, skipped: 0, cancelled: 0 },
    planned: true,
    rowWrites: 0,
    bytesDone: 0,
    bytesKnown: 0,
    bytesPerSecond: 0,
    tasksPerSecond: 0,
    elapsedMs: 0,
    remainingMs: null,
    connections: null,
    waitingFor,
    alone: null,
    fewerThreads: null,
    workers: [],
  };
  return { atMs, jobs: [job], speedLimit: null } as unknown as Frame;
}

function make(waitsAlone: boolean): { terminal: Terminal; progress: Progress } {
  const terminal = new Terminal();
  return { terminal, progress: new Progress(terminal as unknown as WriteStream, { waitsAlone }) };
}

const WAIT = 'a.example asks to wait: next attempt in 59 min';

test('what a job waits for stands below its figures', () => {
  const { terminal, progress } = make(false);
  progress.show(frame(0, WAIT));
  expect(terminal.shown).toEqual(['0 of 1 · 0 B · 0 B/s', WAIT]);
});

test('where silence was asked for, it alone is shown, after a while, and taken away when it is over', () => {
  const { terminal, progress } = make(true);
  progress.show(frame(0, null));
  progress.show(frame(100, WAIT));
  progress.show(frame(2000, WAIT));
  expect(terminal.written).toBe('');
  progress.show(frame(2100, WAIT));
  expect(terminal.shown).toEqual([WAIT]);
  progress.show(frame(2200, WAIT.replace('59', '58')));
  expect(terminal.shown).toEqual([WAIT.replace('59', '58')]);
  progress.show(frame(2300, null));
  expect(terminal.shown).toEqual([]);
  progress.show(frame(2400, WAIT));
  expect(terminal.shown).toEqual([]);
});
