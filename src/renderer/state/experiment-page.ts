/** What the page Compare shows and what is chosen on it; and what the user can do there. */
import { text } from '../../common/text/text';
import type { ExperimentFormat, ExperimentRequest, ReadyWork } from '../../common/experiments/experiment';
import { titleOf } from '../lib/experiment-title';
import { adoptedText } from '../../common/experiments/text';
import { kindName } from '../kinds';
import { pictureOf } from '../lib/picture';
import { changed, draftOf, EMPTY_DRAFT, type ExperimentDraft } from '../lib/experiment-draft';
import { request } from '../bridge';
import { experimentsStore, openExperiment, takeExperiment } from './experiments';
import { announce, notifyError, toast } from './notices';
import { toastSaved } from './saved';
import { settingsStore } from './settings';
import { createStore } from './store';
import { goTo } from './ui';

export type ExperimentView =
  | { readonly type: 'result'; readonly id: number | null }
  | { readonly type: 'list' }
  | { readonly type: 'two'; readonly ids: readonly [number, number] };

export const draftStore = createStore<ExperimentDraft>(EMPTY_DRAFT);
export const experimentViewStore = createStore<ExperimentView>({ type: 'result', id: null });
/** Between the click and the first news. */
export const startingStore = createStore(false);

export function changeExperiment(patch: Partial<ExperimentDraft>): void {
  draftStore.update((draft) => changed(draft, patch));
}

/** Shows an experiment, with the choices that made it. */
export function showExperiment(id: number): void {
  openExperiment(id);
  const summary = experimentsStore.get().list.find((each) => each.id === id);
  if (summary !== undefined) draftStore.set(draftOf(summary.request, summary.title));
  experimentViewStore.set({ type: 'result', id });
}

/** At the start, the choices are those of the newest experiment, which the page shows. */
export function takeNewestChoices(): void {
  const [newest] = experimentsStore.get().list;
  if (newest !== undefined && draftStore.get() === EMPTY_DRAFT)
    draftStore.set(draftOf(newest.request, newest.title));
}

export function showExperimentList(): void {
  experimentViewStore.set({ type: 'list' });
}

export function showTwo(a: number, b: number): void {
  openExperiment(a);
  openExperiment(b);
  // The older one first, whatever order they were chosen in.
  experimentViewStore.set({ type: 'two', ids: a < b ? [a, b] : [b, a] });
}

export function startExperiment(experiment: ExperimentRequest): void {
  startingStore.set(true);
  request('experiments:start', experiment)
    .then((summary) => {
      if (!experimentsStore.get().byId.has(summary.id))
        takeExperiment({ ...summary, runs: [], analysis: null });
      experimentViewStore.set({ type: 'result', id: summary.id });
      announce(text('told.experiment.started', { name: titleOf(summary) }));
    }, notifyError)
    .finally(() => {
      startingStore.set(false);
    });
}

export function cancelExperiment(experimentId: number): void {
  request('experiments:cancel', { experimentId }).catch(notifyError);
}

export function removeExperiment(experimentId: number): void {
  request('experiments:remove', { experimentId }).then(() => {
    toast(text('told.experiment.removed'));
  }, notifyError);
}

/** The best pool size becomes what automatic means for its kind. */
export function adoptBest(experimentId: number): void {
  request('experiments:adopt', { experimentId }).then((settings) => {
    settingsStore.set(settings);
    const experiment = experimentsStore.get().byId.get(experimentId);
    const best = experiment?.analysis?.bestSize ?? null;
    if (best === null || experiment?.kind == null) return;
    toast(text('told.experiment.adopted', { what: adoptedText(best, experiment.kind) }));
  }, notifyError);
}

export function exportExperiment(experimentId: number, format: ExperimentFormat): void {
  void run().catch(notifyError);
  async function run(): Promise<void> {
    const theme = document.documentElement.dataset['theme'] === 'light' ? 'light' : 'dark';
    const picture =
      format === 'png'
        ? await pictureOf(await request('experiments:picture', { experimentId, theme }))
        : undefined;
    const path = await request('experiments:export', {
      experimentId,
      format,
      theme,
      ...(picture === undefined ? {} : { picture }),
    });
    if (path !== null) toastSaved('told.experiment-exported', path);
  }
}

/** Compares the work of a job that was run before. */
export function experimentWithJob(jobId: number, label: string): void {
  request('jobs:request', { jobId }).then((jobRequest) => {
    changeExperiment({
      work: 'own',
      own: { label: `${kindName(jobRequest.kind)} · ${label}`, request: jobRequest },
    });
    experimentViewStore.set({ type: 'result', id: null });
    goTo('compare');
  }, notifyError);
}

/** Goes to the comparison of a ready-made work, with its choices made: it only has to be started. */
export function compareReadyWork(work: ReadyWork, choices: Partial<ExperimentDraft>): void {
  draftStore.set({ ...changed(EMPTY_DRAFT, { work }), ...choices });
  experimentViewStore.set({ type: 'result', id: null });
  goTo('compare');
}
