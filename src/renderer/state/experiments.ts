/** Experiments as the main process has them: the list, those that were opened, and the one that runs. */
import { text } from '../../common/text/text';
import type { Experiment, ExperimentFrame, ExperimentSummary } from '../../common/experiments/experiment';
import { findingOf } from '../../common/experiments/text';
import { request } from '../bridge';
import { failureText } from '../lib/failure-text';
import { LiveServing } from './live-serving';
import { LiveTimelines } from './live-timelines';
import { announce, notifyError } from './notices';
import { createStore, useStore } from './store';

export const LIST_PAGE = 50;

export interface Experiments {
  /** Newest first, as far as they were read. */
  readonly list: readonly ExperimentSummary[];
  /** In the database. */
  readonly total: number;
  readonly loaded: boolean;
  /** Whole ones that were opened. */
  readonly byId: ReadonlyMap<number, Experiment>;
  readonly runningId: number | null;
}

export const experimentsStore = createStore<Experiments>({
  list: [],
  total: 0,
  loaded: false,
  byId: new Map(),
  runningId: null,
});

/** The newest frame of the experiment that runs. */
export const experimentFrameStore = createStore<ExperimentFrame | null>(null);
/** Its strips; canvases read it when they draw. */
export const liveTimelines = new LiveTimelines();
/** The threads of its server, where it has one. */
export const liveServing = new LiveServing();

/** Those that a page made for itself: no list shows them. */
const hidden = new Set<number>();

export function hideExperiment(id: number): void {
  hidden.add(id);
  experimentsStore.update((all) => {
    const list = all.list.filter((each) => each.id !== id);
    return { ...all, list, total: all.total - (all.list.length - list.length) };
  });
}

export function isHidden(id: number): boolean {
  return hidden.has(id);
}

export function useExperiment(id: number | null): Experiment | null {
  return useStore(experimentsStore, (all) => (id === null ? null : (all.byId.get(id) ?? null)));
}

/** @returns the frame of this experiment while it runs */
export function useExperimentFrame(id: number | null): ExperimentFrame | null {
  return useStore(experimentFrameStore, (frame) => (frame?.id === id ? frame : null));
}

export function takeExperimentFrame(frame: ExperimentFrame): void {
  const { runningId, byId } = experimentsStore.get();
  // One that comes after the end would bring a dead experiment back.
  const known = byId.get(frame.id);
  if (known !== undefined && known.state !== 'running') return;
  if (runningId !== frame.id) experimentsStore.update((all) => ({ ...all, runningId: frame.id }));
  liveTimelines.take(frame);
  liveServing.take(frame);
  experimentFrameStore.set(frame);
}

export function takeExperiment(experiment: Experiment): void {
  const before = experimentsStore.get().byId.get(experiment.id);
  const runs = experiment.state === 'running';
  liveTimelines.takeRuns(experiment);
  if (!runs && experimentFrameStore.get()?.id === experiment.id) experimentFrameStore.set(null);
  if (!runs) liveServing.end(experiment.id);
  experimentsStore.update((all) => {
    const runningId = runs ? experiment.id : all.runningId === experiment.id ? null : all.runningId;
    const byId = new Map(all.byId).set(experiment.id, experiment);
    if (hidden.has(experiment.id)) return { ...all, byId, runningId };
    const others = all.list.filter(({ id }) => id !== experiment.id);
    const isNew = others.length === all.list.length && experiment.id > (all.list[0]?.id ?? 0);
    const list = [...others, experiment].sort((a, b) => b.id - a.id);
    return { ...all, byId, runningId, list, total: all.total + (isNew ? 1 : 0) };
  });
  if (!runs && before?.state === 'running' && !hidden.has(experiment.id)) announce(endText(experiment));
}

function endText(experiment: Experiment): string {
  if (experiment.state === 'failed')
    return text('told.experiment.failed', {
      reason: experiment.error === null ? '' : failureText(experiment.error),
    });
  if (experiment.state === 'cancelled') return text('told.experiment.cancelled');
  return text('told.experiment.done', { finding: findingOf(experiment).headline });
}

export function forgetExperiment(id: number): void {
  experimentsStore.update((all) => {
    const byId = new Map(all.byId);
    byId.delete(id);
    const list = all.list.filter((each) => each.id !== id);
    const total = all.total - (all.list.length - list.length);
    return { ...all, byId, list, total, runningId: all.runningId === id ? null : all.runningId };
  });
}

/** Reads the next older ones; at first the newest. @throws HeddleError */
export async function loadExperiments(again = false): Promise<void> {
  const offset = again ? 0 : experimentsStore.get().list.length;
  const page = await request('experiments:list', { offset, limit: LIST_PAGE });
  experimentsStore.update((all) => {
    const known = new Set(all.list.map(({ id }) => id));
    const added = page.experiments.filter(({ id }) => !known.has(id) && !hidden.has(id));
    const list = [...all.list, ...added].sort((a, b) => b.id - a.id);
    const running = page.experiments.find(({ state }) => state === 'running');
    return { ...all, list, total: page.total, loaded: true, runningId: all.runningId ?? running?.id ?? null };
  });
}

const asked = new Set<number>();

/** Reads one whole, unless it is held. */
export function openExperiment(id: number): void {
  if (experimentsStore.get().byId.has(id) || asked.has(id)) return;
  asked.add(id);
  request('experiments:get', { experimentId: id })
    .then((experiment) => {
      // News that came meanwhile is newer.
      if (!experimentsStore.get().byId.has(id)) takeExperiment(experiment);
    }, notifyError)
    .finally(() => asked.delete(id));
}
