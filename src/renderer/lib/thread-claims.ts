/** What the page "How threads work here" claims, and what a run says of each claim. Pure. */
import type { Contender, Experiment, ExperimentRequest, Verdict } from '../../common/experiments/experiment';
import {
  contenderNames,
  intervalText,
  percentText,
  ratioText,
  spokenNames,
} from '../../common/experiments/text';
import { BUSY_SHARE, countedRuns, otherWorkShare } from '../../common/experiments/results';
import { median } from '../../common/experiments/median';
import { text } from '../../common/text/text';

export interface Claim {
  /** Its words are in the catalogue. */
  readonly id: 'thread' | 'worker' | 'pool' | 'executor' | 'async' | 'waiting' | 'lock';
  readonly request: ExperimentRequest;
  /** Of the second contender against the first. */
  readonly predicted: Verdict;
}

const computing = { type: 'ready', work: 'computing', latencyMs: 20, tasks: 16 } as const;
const waiting = { type: 'ready', work: 'slow-server', latencyMs: 20, tasks: 48 } as const;
/** Where a thread is made for each, more would take minutes on a busy machine. */
const tiny = { type: 'ready', work: 'tiny-tasks', latencyMs: 20, tasks: 20 } as const;

/** Enough that three runs of each tell a difference as large as these. */
const REPEATS = 5;

function measured(work: ExperimentRequest['work'], first: Contender, second: Contender): ExperimentRequest {
  return { work, contenders: [first, second], repeats: REPEATS };
}

export const CLAIMS: readonly Claim[] = [
  {
    id: 'thread',
    request: measured(computing, { mode: 'sequential', size: 1 }, { mode: 'event-loop', size: 4 }),
    predicted: 'no difference',
  },
  {
    id: 'worker',
    request: measured(computing, { mode: 'pool', size: 1 }, { mode: 'pool', size: 2 }),
    predicted: 'faster',
  },
  {
    id: 'pool',
    request: measured(tiny, { mode: 'thread-per-task', size: 4 }, { mode: 'pool', size: 4 }),
    predicted: 'faster',
  },
  {
    id: 'executor',
    request: measured({ ...waiting, tasks: 40 }, { mode: 'sequential', size: 1 }, { mode: 'pool', size: 4 }),
    predicted: 'faster',
  },
  {
    id: 'async',
    request: measured(waiting, { mode: 'sequential', size: 1 }, { mode: 'event-loop', size: 8 }),
    predicted: 'faster',
  },
  {
    id: 'waiting',
    request: measured(waiting, { mode: 'event-loop', size: 8 }, { mode: 'pool', size: 8 }),
    predicted: 'no difference',
  },
  {
    id: 'lock',
    request: measured(computing, { mode: 'sequential', size: 1 }, { mode: 'pool', size: 2 }),
    predicted: 'faster',
  },
];

export interface ClaimOutcome {
  /** `unclear`: the machine was too busy, or the runs too different, to tell. */
  readonly how: 'held' | 'not-held' | 'unclear';
  readonly text: string;
}

/** What the run says of the claim, from its data alone; `null` where it has no result. */
export function outcomeOf(claim: Claim, experiment: Experiment): ClaimOutcome | null {
  const { analysis, request } = experiment;
  if (analysis === null) return null;
  const ratio = analysis.ratios.find(({ contender, against }) => contender === 1 && against === 0);
  if (ratio === undefined) return null;
  const [first = '', second = ''] = spokenNames(request.contenders);
  const { verdict } = ratio;
  const found = text(`claim.found.${verdict === 'no difference' ? 'same' : verdict}`, {
    first,
    second,
    ratio: ratioText(ratio),
    interval: intervalText(ratio),
  });
  if (verdict === claim.predicted) return { how: 'held', text: text('claim.held', { found }) };
  const unclear = whyUnclear(claim, experiment);
  if (unclear !== null) return { how: 'unclear', text: text('claim.unclear', { found, why: unclear }) };
  return { how: 'not-held', text: text('claim.not-held', { found, why: whyNot(claim, experiment) }) };
}

/** Why the run tells nothing of the claim; `null`: it does. */
function whyUnclear({ predicted }: Claim, { runs, analysis }: Experiment): string | null {
  const busy = otherWorkShare(runs) ?? 0;
  if (busy >= BUSY_SHARE) return text('claim.busy', { share: percentText(busy) });
  const [first] = analysis?.cautions ?? [];
  // A difference that was not seen may be hidden by runs that scatter; one that was seen is there.
  return predicted === 'no difference' ? null : (first ?? null);
}

/** What could be behind it: said only where the data point to it. */
function whyNot(claim: Claim, { machine, request }: Experiment): string {
  const threads = Math.max(...request.contenders.map(({ mode, size }) => (mode === 'pool' ? size : 1)));
  if (claim.predicted === 'faster' && machine.cores < threads)
    return text('claim.few-cores', { cores: machine.cores, threads });
  return text('claim.measurement-counts');
}

/** `2 threads made, 200 tasks`: what an executor did, from its own counts. */
export function threadsText(experiment: Experiment): string {
  const names = contenderNames(experiment.request.contenders);
  return names
    .map((name, contender) => {
      const runs = countedRuns(experiment.runs, contender);
      const made = runs.length === 0 ? 0 : median(runs.map(({ threadsMade }) => threadsMade));
      return text('claim.threads-made', { name, threads: Math.round(made), tasks: experiment.tasks });
    })
    .join(' · ');
}
