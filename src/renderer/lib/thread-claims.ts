/** What the page "How threads work here" claims, and what a run says of each claim. Pure. */
import type { Contender, Experiment, ExperimentRequest, Verdict } from '../../common/experiments/experiment';
import { contenderNames, intervalText, percentText, ratioText } from '../../common/experiments/text';
import { BUSY_SHARE, countedRuns, otherWorkShare } from '../../common/experiments/results';
import { median } from '../../common/experiments/median';
import { plural } from './text';

export interface Claim {
  readonly id: string;
  readonly title: string;
  readonly text: readonly string[];
  /** What is predicted, as a sentence. */
  readonly claim: string;
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
    title: 'A thread',
    text: [
      'A thread is one line of work: it does one thing, then the next. JavaScript runs on one thread with an event loop, which takes up whatever is ready and does it to its end before it takes up anything else.',
      'Putting more tasks in flight on one thread gives it more to choose from. It does not give it more hands: computing takes turns.',
    ],
    claim: 'Computing is no faster with four tasks in flight on one thread than one after another.',
    request: measured(computing, { mode: 'sequential', size: 1 }, { mode: 'event-loop', size: 4 }),
    predicted: 'no difference',
  },
  {
    id: 'worker',
    title: 'A worker thread',
    text: [
      'A worker thread is a second line of work in the same process. In Node it has an isolate of its own: its own JavaScript heap, its own event loop, its own garbage collection. Nothing is shared by accident; values are copied across, and only memory that is made to be shared is shared.',
      'So two workers compute at the same time, as long as the machine has a core for each.',
    ],
    claim: 'Two worker threads compute faster than one.',
    request: measured(computing, { mode: 'pool', size: 1 }, { mode: 'pool', size: 2 }),
    predicted: 'faster',
  },
  {
    id: 'pool',
    title: 'A pool: reusing threads',
    text: [
      'Making a thread has a cost: a stack, an isolate, a heap, and code to load again. So does ending it. A pool makes a few threads before the first task and gives them one task after another.',
      'The shorter the tasks, the more of the time goes into making threads where each task gets a new one.',
    ],
    claim: 'For very short tasks a pool is faster than a new thread for each.',
    request: measured(tiny, { mode: 'thread-per-task', size: 4 }, { mode: 'pool', size: 4 }),
    predicted: 'faster',
  },
  {
    id: 'executor',
    title: 'An executor: a queue and a clean end',
    text: [
      'An executor is what stands before the pool. Who has work submits it and gets a promise; the executor keeps a queue, hands a task to whichever thread is free, and is shut down once: it takes nothing new, lets what runs end, and waits until its threads are gone.',
      'It is made once for a job, not once for a task. The queue is where tasks wait; the threads need not.',
    ],
    claim:
      'Having many more tasks than threads is no problem: four threads of one executor serve them faster than one thread does.',
    request: measured({ ...waiting, tasks: 40 }, { mode: 'sequential', size: 1 }, { mode: 'pool', size: 4 }),
    predicted: 'faster',
  },
  {
    id: 'async',
    title: 'Synchronous against asynchronous',
    text: [
      'Synchronous work waits where it stands: the request is sent, and nothing else happens until the answer is there. Asynchronous work says what is to be done when the answer comes, and the thread goes on with something else.',
      'Eight requests that each wait 20 ms wait together, not one after another. That takes no second thread.',
    ],
    claim: 'Calls to a slow server are faster with eight in flight on one thread than one by one.',
    request: measured(waiting, { mode: 'sequential', size: 1 }, { mode: 'event-loop', size: 8 }),
    predicted: 'faster',
  },
  {
    id: 'waiting',
    title: 'Waiting against computing',
    text: [
      'Whether threads help depends on what the time goes into. Work that waits overlaps on one thread; work that computes needs a core for each part that is to run at the same time.',
      'So for calls to a slow server eight threads should gain nothing over eight tasks in flight on one.',
    ],
    claim:
      'For work that only waits, a pool of eight is no faster than one thread with eight tasks in flight.',
    request: measured(waiting, { mode: 'event-loop', size: 8 }, { mode: 'pool', size: 8 }),
    predicted: 'no difference',
  },
  {
    id: 'lock',
    title: 'What differs from a language with a global interpreter lock',
    text: [
      'In CPython, as it is usually built, one lock lets only one thread run Python code at a time. Its ThreadPoolExecutor has the shape of the one here: submit, map, shutdown. There it helps work that waits, since a thread that waits lets the lock go; it does not help work that computes, for which Python has processes.',
      'Here each thread has an isolate of its own and no such lock. The price is that threads share no objects: arguments and results are copied, or are memory made to be shared.',
    ],
    claim:
      'Computing is faster on a pool of two threads than one by one. With a global lock it would not be.',
    request: measured(computing, { mode: 'sequential', size: 1 }, { mode: 'pool', size: 2 }),
    predicted: 'faster',
  },
];

export interface ClaimOutcome {
  /** `unclear`: the machine was too busy, or the runs too different, to tell. */
  readonly how: 'held' | 'not held' | 'unclear';
  readonly text: string;
}

/** What the run says of the claim, from its data alone; `null` where it has no result. */
export function outcomeOf(claim: Claim, experiment: Experiment): ClaimOutcome | null {
  const { analysis, request } = experiment;
  if (analysis === null) return null;
  const ratio = analysis.ratios.find(({ contender, against }) => contender === 1 && against === 0);
  if (ratio === undefined) return null;
  const [first = '', second = ''] = contenderNames(request.contenders);
  const found =
    ratio.verdict === 'no difference'
      ? `no clear difference between ${lower(second)} and ${lower(first)}: ${ratioText(ratio)} as fast, 95 % interval ${intervalText(ratio)}`
      : `${lower(second)} was ${ratio.verdict} than ${lower(first)}: ${ratioText(ratio)} as fast, 95 % interval ${intervalText(ratio)}`;
  if (ratio.verdict === claim.predicted) return { how: 'held', text: `As predicted, ${found}.` };
  const unclear = whyUnclear(claim, experiment);
  if (unclear !== null)
    return { how: 'unclear', text: `Not clear on this machine now: ${found}. ${unclear}` };
  return {
    how: 'not held',
    text: `Not as predicted on this machine: ${found}. ${whyNot(claim, experiment)}`,
  };
}

/** Why the run tells nothing of the claim; `null`: it does. */
function whyUnclear({ predicted }: Claim, { runs, analysis }: Experiment): string | null {
  const busy = otherWorkShare(runs) ?? 0;
  if (busy >= BUSY_SHARE)
    return `Other work kept the processor busy for ${percentText(busy)} of the time. Try it again when that is over.`;
  const [first] = analysis?.cautions ?? [];
  // A difference that was not seen may be hidden by runs that scatter; one that was seen is there.
  return predicted === 'no difference' ? null : (first ?? null);
}

/** What could be behind it: said only where the data point to it. */
function whyNot(claim: Claim, { machine, request }: Experiment): string {
  const threads = Math.max(...request.contenders.map(({ mode, size }) => (mode === 'pool' ? size : 1)));
  if (claim.predicted === 'faster' && machine.cores < threads)
    return `It has ${plural(machine.cores, 'core', 'cores')} for ${plural(threads, 'thread', 'threads')}.`;
  return 'The measurement counts, not the prediction.';
}

/** `2 threads made, 200 tasks`: what an executor did, from its own counts. */
export function threadsText(experiment: Experiment): string {
  const names = contenderNames(experiment.request.contenders);
  return names
    .map((name, contender) => {
      const runs = countedRuns(experiment.runs, contender);
      const made = runs.length === 0 ? 0 : median(runs.map(({ threadsMade }) => threadsMade));
      return `${name}: ${plural(Math.round(made), 'thread', 'threads')} made for ${plural(experiment.tasks, 'task', 'tasks')}`;
    })
    .join(' · ');
}

function lower(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
