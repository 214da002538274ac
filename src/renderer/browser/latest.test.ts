import { expect, test } from 'vitest';
import type { JobSummary } from '../../common/model/jobs';
import { Latest } from './latest';

const job = (id: number, state: JobSummary['state']): JobSummary => ({ id, state }) as JobSummary;

test('a reply that was overtaken by news says what the news said', () => {
  const latest = new Latest();
  latest.take('jobs-changed', [job(1, 'done'), job(2, 'running')], 5);
  latest.take('job-removed', { jobId: 3 }, 6);
  expect(latest.renewed('jobs:create', job(1, 'queued'), 4)).toEqual(job(1, 'done'));
  expect(latest.renewed('jobs:create', job(1, 'paused'), 5)).toEqual(job(1, 'paused'));
  const list = { total: 4, jobs: [1, 2, 3, 4].map((id) => job(id, 'queued')) };
  expect(latest.renewed('jobs:list', list, 5)).toEqual({
    total: 4,
    jobs: [1, 2, 4].map((id) => job(id, 'queued')),
  });
  expect(latest.renewed('jobs:unfinished', [job(2, 'queued')], 0)).toEqual([job(2, 'running')]);
  const snapshot = { frame: { jobId: 1, state: 'running' }, throughput: [] };
  expect(latest.renewed('jobs:watch', snapshot, 4)).toMatchObject({ frame: { state: 'done' } });
  expect(latest.renewed('jobs:watch', snapshot, 5)).toBe(snapshot);
  latest.take('settings-changed', { jobsAtOnce: 2 }, 7);
  expect(latest.renewed('settings:set', { jobsAtOnce: 1 }, 6)).toEqual({ jobsAtOnce: 2 });
  expect(latest.renewed('settings:set', { jobsAtOnce: 1 }, 7)).toEqual({ jobsAtOnce: 1 });
  expect(latest.renewed('tasks:page', list, 0)).toBe(list);
});
