/** Miniature runs of the page "How threads work here". Their results are kept here, and not in the list of experiments. */
import { text } from '../../common/text/text';
import type { Experiment } from '../../common/experiments/experiment';
import { toErrorData } from '../../common/model/errors';
import { request } from '../bridge';
import { failureText } from '../lib/failure-text';
import type { Claim } from '../lib/thread-claims';
import { experimentsStore, hideExperiment } from './experiments';
import { announce, notifyError } from './notices';
import { createStore } from './store';

export interface ClaimRun {
  readonly experimentId: number | null;
  /** Whole, once it has ended. */
  readonly experiment: Experiment | null;
  /** Why it could not be started. */
  readonly error: string | null;
}

export const claimsStore = createStore<ReadonlyMap<string, ClaimRun>>(new Map());

function put(id: string, run: ClaimRun): void {
  claimsStore.update((runs) => new Map(runs).set(id, run));
}

export async function runClaim(claim: Claim): Promise<void> {
  put(claim.id, { experimentId: null, experiment: null, error: null });
  try {
    const { id } = await request('experiments:start', claim.request);
    hideExperiment(id);
    put(claim.id, { experimentId: id, experiment: null, error: null });
    const experiment = await ended(id);
    put(claim.id, { experimentId: id, experiment, error: null });
    announce(text('told.claim.ended', { name: text(`claim.${claim.id}.title`) }));
    // A look at how threads work is no experiment that anyone looks up later.
    request('experiments:remove', { experimentId: id }).catch(notifyError);
  } catch (error) {
    put(claim.id, { experimentId: null, experiment: null, error: failureText(toErrorData(error)) });
  }
}

/** Resolves with the experiment when news of its end has come. */
function ended(id: number): Promise<Experiment> {
  return new Promise((resolve) => {
    const look = (): boolean => {
      const experiment = experimentsStore.get().byId.get(id);
      if (experiment === undefined || experiment.state === 'running') return false;
      resolve(experiment);
      return true;
    };
    if (look()) return;
    const end = experimentsStore.subscribe(() => {
      if (look()) end();
    });
  });
}
