import { describe, expect, it } from 'vitest';
import { experimentRequestSchema } from '../../common/experiments/experiment';
import { sampleExperiment } from './test-experiment';
import { CLAIMS, outcomeOf, threadsText, type Claim } from './thread-claims';

function claimOf(id: string): Claim {
  const claim = CLAIMS.find((each) => each.id === id);
  if (claim === undefined) throw new Error(`no claim ${id}`);
  return claim;
}

function run(claim: Claim, first: number, second: number) {
  const contenders = claim.request.contenders.map((contender) => ({ ...contender }));
  const around = (ms: number): number[] => [ms, ms * 0.99, ms, ms * 1.01];
  return sampleExperiment({ walls: [around(first), around(second)], contenders });
}

describe('claims', () => {
  it('are requests that the engine takes, of two contenders each', () => {
    for (const { request } of CLAIMS) {
      expect(experimentRequestSchema.safeParse(request).success).toBe(true);
      expect(request.contenders).toHaveLength(2);
    }
    expect(new Set(CLAIMS.map(({ id }) => id)).size).toBe(CLAIMS.length);
  });

  it('say so when they hold, with the numbers of the run', () => {
    const claim = claimOf('worker');
    const outcome = outcomeOf(claim, run(claim, 1000, 540));
    expect(outcome?.how).toBe('held');
    expect(outcome?.text).toMatch(
      /^As predicted, the pool of 2 was faster than the pool of 1: 1\.8\d?× as fast/u,
    );
  });

  it('say so when the measurement disagrees', () => {
    const claim = claimOf('lock');
    const outcome = outcomeOf(claim, run(claim, 1000, 1010));
    expect(outcome?.how).toBe('not-held');
    expect(outcome?.text).toMatch(
      /^Not as predicted on this machine: no clear difference between the pool and sequential/u,
    );
    const waiting = claimOf('waiting');
    expect(outcomeOf(waiting, run(waiting, 1000, 500))?.text).toMatch(
      /^Not as predicted on this machine: the pool was faster/u,
    );
  });

  it('say that nothing is clear where the machine was busy, or the runs scatter', () => {
    const claim = claimOf('worker');
    const quiet = run(claim, 1000, 1010);
    const busy = { ...quiet, runs: quiet.runs.map((each) => ({ ...each, otherCpuShare: 0.4 })) };
    expect(outcomeOf(claim, busy)).toMatchObject({
      how: 'unclear',
      text: expect.stringMatching(
        /^Not clear on this machine now: no clear difference .*\. Other work kept the processor busy for 40 % of the time\./u,
      ) as unknown,
    });
    if (quiet.analysis === null) throw new Error('It has no result.');
    const scattered = { ...quiet, analysis: { ...quiet.analysis, cautions: ['The runs scatter.'] } };
    expect(outcomeOf(claim, scattered)?.text).toMatch(
      /^Not clear on this machine now: .* The runs scatter\.$/u,
    );
    // What holds, holds in spite of it.
    const held = run(claim, 1000, 540);
    const heldBusy = { ...held, runs: held.runs.map((each) => ({ ...each, otherCpuShare: 0.4 })) };
    expect(outcomeOf(claim, heldBusy)?.how).toBe('held');
  });

  it('say nothing of a run without a result', () => {
    const claim = claimOf('pool');
    expect(outcomeOf(claim, sampleExperiment({ walls: [[1], [1]], state: 'cancelled' }))).toBeNull();
  });

  it('count the threads that were made', () => {
    const claim = claimOf('pool');
    expect(threadsText(run(claim, 10, 5))).toBe(
      'Thread per task: 1 thread made for 100 tasks · Thread pool: 2 threads made for 100 tasks',
    );
  });
});
