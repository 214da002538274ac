import { describe, expect, it } from 'vitest';
import {
  experimentRequestSchema,
  READY_WORKS,
  type ExperimentRequest,
} from '../../common/experiments/experiment';
import { MODES } from '../../common/model/jobs';
import {
  changed,
  draftOf,
  durationMs,
  isSameRequest,
  EMPTY_DRAFT,
  faultOf,
  requestOf,
  runText,
  searchRequestOf,
  searchSizes,
  searchText,
} from './experiment-draft';

describe('requestOf', () => {
  it('makes the request of the drawing: the modes, the same tasks in flight', () => {
    expect(requestOf({ ...EMPTY_DRAFT, modes: MODES })).toEqual({
      work: { type: 'ready', work: 'slow-server', latencyMs: 20, tasks: null },
      contenders: [
        { mode: 'sequential', size: 1 },
        { mode: 'event-loop', size: 8 },
        { mode: 'thread-per-task', size: 8 },
        { mode: 'pool', size: 8 },
      ],
      repeats: 5,
      fewer: true,
      pageCache: 'warm',
    });
  });

  it('adds further pool sizes in order, and none twice', () => {
    const request = requestOf({ ...EMPTY_DRAFT, modes: ['pool'], size: '4', poolSizes: [8, 4, 1] });
    expect(request?.contenders.map(({ size }) => size)).toEqual([4, 1, 8]);
  });

  it('drops the page cache only of work that reads files', () => {
    const cold = { ...EMPTY_DRAFT, pageCache: 'cold' as const };
    expect(requestOf(cold)?.pageCache).toBe('warm');
    expect(requestOf({ ...cold, work: 'small-files' })?.pageCache).toBe('cold');
  });

  it('says what is wrong', () => {
    const fields = [
      { work: 'own' as const },
      { latencyMs: '-1' },
      { tasks: '1.5' },
      { tasks: '100001' },
      { size: '65' },
      { repeats: '0' },
      { modes: ['pool' as const] },
      { modes: [] },
    ].map((change) => faultOf({ ...EMPTY_DRAFT, ...change })?.field);
    expect(fields).toEqual(['own', 'latencyMs', 'tasks', 'tasks', 'size', 'repeats', 'modes', 'modes']);
    expect(requestOf({ ...EMPTY_DRAFT, repeats: '51' })).toBeNull();
    expect(faultOf({ ...EMPTY_DRAFT, modes: ['pool'], poolSizes: [1, 2] })).toBeNull();
  });

  it('can be read back from the experiment that it made', () => {
    for (const change of [
      { modes: ['sequential' as const, 'pool' as const], poolSizes: [1, 2] },
      { work: 'large-files' as const, pageCache: 'cold' as const, tasks: '12' },
    ]) {
      const draft = { ...EMPTY_DRAFT, ...change };
      const request = requestOf(draft);
      if (request === null) throw new Error('no request');
      const back = draftOf(experimentRequestSchema.parse(request), 'title');
      expect(back).toEqual(draft);
      expect(requestOf(back)).toEqual(request);
      expect(isSameRequest(back, experimentRequestSchema.parse(request))).toBe(true);
      expect(isSameRequest({ ...back, repeats: '2' }, experimentRequestSchema.parse(request))).toBe(false);
    }
  });
});

describe('changed', () => {
  const quick = MODES.filter((mode) => mode !== 'thread-per-task');

  it('compares the modes that are usual for the work', () => {
    expect(EMPTY_DRAFT.modes).toEqual(quick);
    const computing = changed(EMPTY_DRAFT, { work: 'computing' });
    expect(computing.modes).toEqual(MODES);
    expect(changed(computing, { size: '2' })).toEqual({ ...computing, size: '2' });
    expect(changed(computing, { work: 'small-files' }).modes).toEqual(quick);
    expect(changed(computing, { work: 'own' }).modes).toEqual(quick);
  });

  it('forgets the numbers that were typed for another work', () => {
    const typed = changed(EMPTY_DRAFT, { tasks: '7', latencyMs: '500', repeats: '9' });
    expect(changed(typed, { work: 'computing' })).toMatchObject({ tasks: '', latencyMs: '20', repeats: '9' });
    expect(changed(typed, { work: 'slow-server' })).toMatchObject({ tasks: '7', latencyMs: '500' });
  });

  it('leaves modes alone that were chosen', () => {
    const chosen = changed(EMPTY_DRAFT, { modes: ['sequential', 'thread-per-task'] });
    expect(changed(chosen, { work: 'computing' }).modes).toEqual(['sequential', 'thread-per-task']);
    expect(changed(EMPTY_DRAFT, { work: 'computing', modes: quick }).modes).toEqual(quick);
  });
});

describe('durationMs', () => {
  it('of the ready-made works is a minute at most, as they are chosen at first', () => {
    for (const work of READY_WORKS) {
      const draft = changed(EMPTY_DRAFT, { work });
      for (const cores of [2, 16]) {
        expect(durationMs(draft, cores)).toBeGreaterThan(1000);
        expect(durationMs(draft, cores)).toBeLessThan(60_000);
      }
    }
  });

  it('grows with tasks, latency and repeats', () => {
    const usual = durationMs(EMPTY_DRAFT, 2) ?? 0;
    for (const change of [{ tasks: '800' }, { latencyMs: '40' }, { repeats: '9' }])
      expect(durationMs({ ...EMPTY_DRAFT, ...change }, 2)).toBeGreaterThan(usual * 1.5);
  });

  it('is not known of own work, of pools alone, and of what cannot be run', () => {
    const request = {
      kind: 'hash',
      mode: 'pool',
      workers: null,
      paths: ['/a'],
      algorithms: ['sha256'],
    } as const;
    const own = {
      label: 'a',
      request: { ...request, paths: [...request.paths], algorithms: ['sha256' as const], manifest: null },
    };
    expect(durationMs({ ...EMPTY_DRAFT, work: 'own', own }, 2)).toBeNull();
    expect(durationMs({ ...EMPTY_DRAFT, modes: ['pool'], poolSizes: [1, 2] }, 2)).toBeNull();
    expect(durationMs({ ...EMPTY_DRAFT, latencyMs: 'x' }, 2)).toBeNull();
  });
});

describe('searchRequestOf', () => {
  it('tries doubling sizes up to twice the cores, three times each', () => {
    expect(searchSizes(EMPTY_DRAFT, 2)).toEqual([1, 2, 4, 8]);
    expect(searchSizes(EMPTY_DRAFT, 16)).toEqual([1, 2, 4, 8, 16, 32]);
    expect(searchSizes({ ...EMPTY_DRAFT, poolSizes: [6, 3] }, 2)).toEqual([3, 6]);
    const request = searchRequestOf({ ...EMPTY_DRAFT, modes: [] }, 2);
    expect(request?.repeats).toBe(3);
    expect(request?.contenders.every(({ mode }) => mode === 'pool')).toBe(true);
    const back = draftOf(experimentRequestSchema.parse(request), 'title');
    expect(back.poolSizes).toEqual([1, 2, 4, 8]);
  });
});

describe('what the buttons say', () => {
  const cores = 2;
  const parsed = (request: ExperimentRequest | null) => experimentRequestSchema.parse(request);

  it('with nothing shown, or with other choices', () => {
    expect(runText(EMPTY_DRAFT, cores, null)).toBe('Run');
    expect(searchText(EMPTY_DRAFT, cores, null)).toBe('Find the best pool size');
    const other = parsed(requestOf({ ...EMPTY_DRAFT, tasks: '7' }));
    expect(runText(EMPTY_DRAFT, cores, other)).toBe('Run');
    expect(searchText(EMPTY_DRAFT, cores, other)).toBe('Find the best pool size');
  });

  it('beside the comparison that the choices made', () => {
    const shown = parsed(requestOf(EMPTY_DRAFT));
    expect(runText(EMPTY_DRAFT, cores, shown)).toBe('Run again');
    expect(searchText(EMPTY_DRAFT, cores, shown)).toBe('Find the best pool size');
  });

  it('beside the search that the choices made', () => {
    const shown = parsed(searchRequestOf(EMPTY_DRAFT, cores));
    expect(runText(EMPTY_DRAFT, cores, shown)).toBe('Compare the modes');
    expect(searchText(EMPTY_DRAFT, cores, shown)).toBe('Search again');
    const changed = { ...EMPTY_DRAFT, latencyMs: '7' };
    expect(runText(changed, cores, shown)).toBe('Run');
    expect(searchText(changed, cores, shown)).toBe('Find the best pool size');
  });

  it('beside a search that was opened from the list, with its own choices', () => {
    const shown = parsed(searchRequestOf(EMPTY_DRAFT, cores));
    const back = draftOf(shown, 'title');
    expect(runText(back, cores, shown)).toBe('Run again');
    expect(searchText(back, cores, shown)).toBe('Search again');
  });
});
