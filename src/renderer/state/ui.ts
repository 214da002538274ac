/** Where the user is: the page, the chosen job of each kind, the open dialog. */
import type { JobSummary } from '../../common/model/jobs';
import type { Opened } from '../../common/opening/opened';
import { isPageKind, PAGES, type Page, type PageKind } from '../kinds';
import { jobsStore, mergeJobs, type Jobs } from './jobs';
import { createStore, useStore } from './store';

export type OpenDialog =
  | {
      readonly type: 'new';
      readonly kind: PageKind;
      /** The work is only described, for an experiment: no job is made. */
      readonly forExperiment?: boolean;
    }
  /** What is to be done with something that came from outside. */
  | { readonly type: 'choose'; readonly opened: Extract<Opened, { type: 'paths' | 'download' }> }
  | { readonly type: 'licenses' }
  | { readonly type: 'palette' }
  | { readonly type: 'shortcuts' }
  | { readonly type: 'rename'; readonly jobId: number }
  | { readonly type: 'start-at'; readonly jobId: number }
  | { readonly type: 'remove-experiment'; readonly experimentId: number };

export interface Ui {
  readonly page: Page;
  readonly chosen: Readonly<Record<PageKind, number | null>>;
  readonly dialog: OpenDialog | null;
  readonly bannerDismissed: boolean;
}

/** The last one, as the main process says. */
function startPage(): Page {
  const name = typeof window === 'undefined' ? '' : window.heddle.startPage;
  return PAGES.find((page) => page === name) ?? 'download';
}

export const uiStore = createStore<Ui>({
  page: startPage(),
  chosen: { download: null, hash: null, verify: null, copy: null },
  dialog: null,
  bannerDismissed: false,
});

export function usePage(): Page {
  return useStore(uiStore, (ui) => ui.page);
}

export function goTo(page: Page): void {
  uiStore.update((ui) => ({ ...ui, page }));
}

export function chooseJob(kind: PageKind, id: number | null): void {
  uiStore.update((ui) => ({ ...ui, chosen: { ...ui.chosen, [kind]: id } }));
}

/** Shows a job on its page. */
export function showJob(job: JobSummary): void {
  mergeJobs([job]);
  uiStore.update((ui) => ({ ...ui, page: job.kind, chosen: { ...ui.chosen, [job.kind]: job.id } }));
}

/** The chosen job of a kind; the newest active one, or the newest, where none was chosen or it is gone. */
export function useChosenId(kind: PageKind): number | null {
  const chosen = useStore(uiStore, (ui) => ui.chosen[kind]);
  return useStore(jobsStore, (jobs) => chosenIn(jobs, kind, chosen));
}

function chosenIn(jobs: Jobs, kind: PageKind, chosen: number | null): number | null {
  if (chosen !== null && jobs.byId.has(chosen)) return chosen;
  const { ids } = jobs.kinds[kind];
  return ids.find((id) => jobs.byId.get(id)?.state === 'running') ?? ids[0] ?? null;
}

/** The job that the current page shows; `null` on pages that show none. */
export function shownJob(): JobSummary | null {
  const { page, chosen } = uiStore.get();
  if (!isPageKind(page)) return null;
  const jobs = jobsStore.get();
  const id = chosenIn(jobs, page, chosen[page]);
  return id === null ? null : (jobs.byId.get(id) ?? null);
}

/** Whether the open dialog describes work for an experiment. */
export function useForExperiment(): boolean {
  return useStore(uiStore, ({ dialog }) => dialog?.type === 'new' && dialog.forExperiment === true);
}

export function openDialog(dialog: OpenDialog): void {
  uiStore.update((ui) => ({ ...ui, dialog }));
}

export function closeDialog(): void {
  uiStore.update((ui) => ({ ...ui, dialog: null }));
}

export function dismissBanner(): void {
  uiStore.update((ui) => ({ ...ui, bannerDismissed: true }));
}
