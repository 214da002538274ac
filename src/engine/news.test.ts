import { expect, test, vi } from 'vitest';
import type { JobFrame } from '../common/model/frames';
import type { JobSummary } from '../common/model/jobs';
import { News, type EngineEvents } from './news';

const summary = (id: number, state: JobSummary['state'] = 'running'): JobSummary =>
  ({ id, state }) as JobSummary;

/** @param running ids of jobs that run; others are done */
function newsOf(running: Set<number>, onFrame: () => void = () => undefined): News {
  return new News({
    active: {
      frames: () => [...running].map((jobId) => ({ jobId }) as JobFrame),
      get isEmpty() {
        return running.size === 0;
      },
    },
    job: (id) => (id < 10 ? summary(id, running.has(id) ? 'running' : 'done') : null),
    onFrame,
  });
}

function heard<Name extends keyof EngineEvents>(news: News, name: Name): EngineEvents[Name][] {
  const all: EngineEvents[Name][] = [];
  news.on(name, (payload) => {
    all.push(payload);
  });
  return all;
}

test('what changed between two frames is told once, with the later one, and not of jobs that are gone', () => {
  const news = newsOf(new Set([1, 2]));
  const changes = heard(news, 'jobs-changed');
  for (const id of [1, 1, 2, 99]) news.progressed(id);
  expect(changes).toEqual([]);
  news.sendFrame();
  news.sendFrame();
  expect(changes).toEqual([[summary(1), summary(2)]]);
});

test('frames come ten times a second until the last job has ended', () => {
  vi.useFakeTimers();
  try {
    const running = new Set([1]);
    const news = newsOf(running);
    const frames = heard(news, 'frame');
    news.startFrames();
    news.startFrames();
    vi.advanceTimersByTime(1000);
    expect(frames).toHaveLength(10);
    news.stopFrames();
    vi.advanceTimersByTime(100);
    expect(frames).toHaveLength(11);
    running.clear();
    news.stopFrames();
    vi.advanceTimersByTime(1000);
    expect(frames).toHaveLength(11);
  } finally {
    vi.useRealTimers();
  }
});

test('the same trouble is told once, another one too', () => {
  let trouble = 'The disk is full.';
  const news = newsOf(new Set(), () => {
    throw new Error(trouble);
  });
  const notices = heard(news, 'notice');
  const frame = (): void => {
    news.guard(() => {
      news.sendFrame();
    });
  };
  frame();
  frame();
  trouble = 'The disk is gone.';
  frame();
  expect(notices.map(({ message }) => message)).toEqual([
    expect.stringContaining('full'),
    expect.stringContaining('gone'),
  ]);
});

test('whoever waits for a job hears of it once it stands still, and at the latest at the end', async () => {
  const running = new Set([1, 2]);
  const news = newsOf(running);
  const first = news.standsStill(1);
  const second = news.standsStill(2);
  const isStill = ({ state }: JobSummary): boolean => state !== 'running';
  news.wake(1, isStill);
  running.delete(1);
  news.wake(1, isStill);
  expect(await first).toEqual(summary(1, 'done'));
  news.close();
  expect(await second).toEqual(summary(2));
});

test('a listener that has left hears nothing', () => {
  const news = newsOf(new Set([1]));
  const told: unknown[] = [];
  const leave = news.on('job-removed', (payload) => {
    told.push(payload);
  });
  news.emit('job-removed', { jobId: 1 });
  leave();
  news.emit('job-removed', { jobId: 2 });
  expect(told).toEqual([{ jobId: 1 }]);
});
