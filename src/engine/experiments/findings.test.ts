/** The words of the window, the terminal and the reports, over runs of every kind. */
import { describe, expect, it } from 'vitest';
import {
  contenderNames,
  findingOf,
  intervalText,
  percentText,
  ratioText,
} from '../../common/experiments/text';
import { catalogueOf } from '../../common/text/catalogues';
import { showCatalogue } from '../../common/text/text';
import { craftExperiment, type CraftedContender } from '../testing/craft-experiment';

const STEADY = [-0.02, -0.01, 0, 0.01, 0.02];
const WILD = [-0.3, -0.15, 0, 0.2, 0.4];
const around = (ms: number, scatter: readonly number[] = STEADY) => scatter.map((share) => ms * (1 + share));
const found = (...contenders: CraftedContender[]) => findingOf(craftExperiment(contenders));

const sequential: CraftedContender = { mode: 'sequential', size: 1, runsMs: around(810), utilization: 0.06 };
const eventLoop: CraftedContender = { mode: 'event-loop', size: 8, runsMs: around(103) };
const perTask: CraftedContender = {
  mode: 'thread-per-task',
  size: 8,
  runsMs: around(400),
  threadsMade: 2000,
};
const pool: CraftedContender = { mode: 'pool', size: 8, runsMs: around(100) };

describe('what is found', () => {
  it('of the pool, against sequential and the event loop, when tasks wait', () => {
    const { headline, detail } = found(sequential, eventLoop, perTask, pool);
    expect(headline).toBe('The pool 8.1×, the event loop 7.9×: no clear difference between them');
    expect(detail).toBe(
      '95 % intervals 7.8 – 8.4 and 7.6 – 8.2, five runs each. ' +
        'The pool is 4.0× faster than a thread for each task (3.8 – 4.2), which made 2,000 threads a run, the pool 8. ' +
        'Run one by one, the thread waited for 94 % of the time.',
    );
  });

  it('in German too, where the window speaks it', () => {
    showCatalogue(catalogueOf('de'));
    try {
      const { headline, detail } = found(sequential, eventLoop, perTask, pool);
      expect(headline).toBe('Pool 8.1×, Ereignisschleife 7.9×: kein klarer Unterschied zwischen ihnen');
      expect(detail).toBe(
        '95-%-Intervalle 7.8 – 8.4 und 7.6 – 8.2, je fünf Läufe. ' +
          'Der Pool ist 4.0× schneller als „ein Thread pro Aufgabe“ (3.8 – 4.2): Dort entstanden 2.000 Threads pro Lauf, im Pool 8. ' +
          'Nacheinander ausgeführt, wartete der Thread 94 % der Zeit.',
      );
    } finally {
      showCatalogue(catalogueOf('en'));
    }
  });

  it('of the winner, whoever that is', () => {
    const eventLoopWins = found(sequential, { ...eventLoop, runsMs: around(90) }, pool);
    expect(eventLoopWins.headline).toBe('The event loop is 9.0× faster than sequential');
    expect(eventLoopWins.detail).toContain('The pool is 8.1× faster than sequential (7.8 – 8.4).');
    const noneWins = found(
      sequential,
      { ...eventLoop, runsMs: around(900) },
      { ...pool, runsMs: around(1215) },
    );
    expect(noneWins.headline).toBe('Sequential is the fastest, the event loop 0.90× as fast');
    expect(noneWins.detail).toContain('The pool is slower than sequential: 0.67× (0.64 – 0.69).');
    const allAlike = found(
      sequential,
      { ...eventLoop, runsMs: around(811) },
      { ...pool, runsMs: around(809) },
    );
    expect(allAlike.headline).toBe('No mode is clearly faster than sequential');
    expect(allAlike.detail).toMatch(/^The pool 1\.00× \(0\.\d\d – 1\.\d\d\), the event loop 1\.00× \(/u);
  });

  it('with each number once', () => {
    const { headline, detail } = found(sequential, { ...pool, runsMs: around(1215) });
    expect(`${headline} ${detail}`.match(/\d\.\d+×/gu)).toEqual(['0.67×']);
  });

  it('where tasks compute and the event loop gains nothing', () => {
    const { headline, detail } = found(
      { ...sequential, utilization: 0.998 },
      { ...eventLoop, runsMs: around(812) },
      { ...pool, size: 2, runsMs: around(420) },
    );
    expect(headline).toBe('The pool is 1.93× faster than sequential');
    expect(detail).toContain('The event loop shows no clear gain over sequential: 1.00× (0.96 – 1.04).');
    expect(detail).toContain('Run one by one, the thread was computing for more than 99 % of the time.');
    expect(detail).not.toContain('waited');
  });

  it('where a thread is held by what is no computing', () => {
    const { detail } = found({ ...sequential, utilization: 0.95, cpuShare: 0.3 }, pool);
    expect(detail).toContain('waited for the system');
    expect(detail).not.toContain('computing');
  });

  it('where nothing was measured of the threads, nothing is said of them', () => {
    expect(found({ ...sequential, utilization: null }, pool).detail).toBe(
      '95 % interval 7.8 – 8.4, five runs each.',
    );
  });

  it('where the pool is slower', () => {
    const { headline, detail } = found(sequential, { ...pool, runsMs: around(1215) });
    expect(headline).toBe('The pool is slower than sequential: 0.67× as fast');
    expect(detail).toContain('95 % interval 0.64 – 0.69, five runs each.');
  });

  it('where there is no difference, or it cannot be seen', () => {
    const { headline, detail } = found(sequential, { ...pool, runsMs: around(805, WILD) });
    expect(headline).toBe('No clear difference between the pool and sequential');
    expect(detail).toMatch(/^1\.01× as fast, 95 % interval 0\.\d\d – 1\.\d\d, five runs each\./u);
  });

  it('of one run each', () => {
    const { headline, detail } = found({ ...sequential, runsMs: [800] }, { ...pool, runsMs: [100] });
    expect(headline).toBe('One run each cannot tell the pool from sequential');
    expect(detail).toMatch(/^In this one, the pool was 8\.0× as fast\./u);
  });

  it('of the same mode twice', () => {
    const { headline } = found(pool, { ...pool, runsMs: around(101) });
    expect(headline).toBe('No clear difference between the pool (b) and the pool (a)');
  });

  it('of one contender', () => {
    const { headline, detail } = found(pool);
    expect(headline).toBe('The pool took 100 ms');
    expect(detail).toMatch(/^95 % interval 98 ms – 102 ms, five runs\. In the pool, each thread/u);
  });

  it('of pool sizes', () => {
    const sized = (size: number, ms: number): CraftedContender => ({ ...pool, size, runsMs: around(ms) });
    const scales = found(sized(1, 1000), sized(2, 525), sized(4, 287.5));
    expect(scales.headline).toBe('Four threads are 3.5× as fast as one');
    expect(scales.detail).toContain('No larger pool was tried.');
    expect(scales.detail).toContain('By Amdahl’s law, 5 % of the work stays serial.');
    const breaksOff = found(sized(1, 1000), sized(2, 525), sized(4, 524), sized(8, 526));
    expect(breaksOff.headline).toBe('Two threads are 1.90× as fast as one');
    expect(breaksOff.detail).toContain('Two threads are the best pool size: no other was clearly faster.');
    expect(breaksOff.detail).toContain('The curve does not follow Amdahl’s law.');
    expect(found(sized(1, 1000), sized(2, 1010)).headline).toBe(
      'More than one thread gains nothing clear here',
    );
  });

  it('of modes and sizes together', () => {
    const sized = (size: number, ms: number): CraftedContender => ({ ...pool, size, runsMs: around(ms) });
    const { headline, detail } = found(sequential, eventLoop, pool, sized(1, 800), sized(4, 200));
    expect(headline).toBe('The pool of 8 at 8.1×, the event loop 7.9×: no clear difference between them');
    expect(detail).toContain('Eight threads are 8.0× as fast as one, and no other size is clearly faster.');
  });

  it('of one that did not end', () => {
    const error = { code: 'cancelled', message: 'It was cancelled.', retryable: false };
    const experiment = craftExperiment([sequential, pool], { analysis: null, state: 'failed', error });
    expect(findingOf(experiment)).toEqual({ headline: 'Hash · 200 files', detail: 'It was cancelled.' });
  });
});

describe('numbers', () => {
  it('have as many digits as they need', () => {
    const text = (ratio: number, low: number, high: number) =>
      `${ratioText({ ratio, low, high })} ${intervalText({ ratio, low, high })}`;
    expect(text(8.123, 7.81, 8.44)).toBe('8.1× 7.8 – 8.4');
    expect(text(1.08, 0.99, 1.17)).toBe('1.08× 0.99 – 1.17');
    expect(text(123.4, 119.6, 130)).toBe('123× 120 – 130');
    expect(text(0.5, 0.45, 0.55)).toBe('0.50× 0.45 – 0.55');
    // What is clear must not look even.
    expect(text(1.02, 1.001, 1.04)).toBe('1.020× 1.001 – 1.040');
    expect(text(8, 0, Number.MAX_VALUE)).toBe('8.0× not known');
  });

  it('of shares say when they are nearly none or all', () => {
    expect([0, 0.001, 0.05, 0.999, 1].map(percentText)).toEqual([
      '0 %',
      'less than 1 %',
      '5 %',
      'more than 99 %',
      '100 %',
    ]);
  });

  it('names differ where contenders do', () => {
    expect(
      contenderNames([
        { mode: 'sequential', size: 1 },
        { mode: 'pool', size: 2 },
        { mode: 'pool', size: 4 },
        { mode: 'pool', size: 4 },
      ]),
    ).toEqual(['Sequential', 'Thread pool of 2', 'Thread pool of 4 (a)', 'Thread pool of 4 (b)']);
  });
});
