/** What threads cost here, as it was measured since the window opened. */
import { text } from '../../common/text/text';
import type { CostProgress, ThreadCosts } from '../../common/experiments/thread-costs';
import { toErrorData } from '../../common/model/errors';
import { request } from '../bridge';
import { failureText } from '../lib/failure-text';
import { announce, notifyError } from './notices';
import { createStore } from './store';

export interface CostsState {
  readonly costs: ThreadCosts | null;
  /** `null`: nothing is being measured. */
  readonly progress: CostProgress | null;
  /** Why it could not be measured. */
  readonly error: string | null;
}

export const costsStore = createStore<CostsState>({ costs: null, progress: null, error: null });

export function takeCostProgress(progress: CostProgress): void {
  costsStore.update((all) => (all.progress === null ? all : { ...all, progress }));
}

/** @returns whether it was measured */
export async function measureThreads(): Promise<boolean> {
  costsStore.update((all) => ({ ...all, progress: { done: 0, total: 0 }, error: null }));
  try {
    const costs = await request('threads:measure', undefined);
    costsStore.set({ costs, progress: null, error: null });
    announce(text('told.costs.measured'));
    return true;
  } catch (error) {
    const failure = toErrorData(error);
    costsStore.update((all) => ({
      ...all,
      progress: null,
      error: failure.code === 'cancelled' ? null : failureText(failure),
    }));
    return false;
  }
}

export function stopMeasuring(): void {
  request('threads:stop-measuring', undefined).catch(notifyError);
}
