/**
 * What every thread did, for Perfetto and Chrome's tracing page: the JSON of the Trace Event Format. A process for each
 * contender, all of which begin at 0; a track for each thread, and for each lane where several tasks are in flight on
 * one; a counter for each thread's event loop. Times are microseconds.
 */
import type { Experiment, Timeline } from '../../common/experiments/experiment';
import { contenderFacts, contenderNames } from '../../common/experiments/text';
import { lanesOf } from '../../common/experiments/timeline-lanes';

interface TraceEvent {
  /** `X`: a complete event; `C`: a counter; `M`: a name. */
  readonly ph: 'X' | 'C' | 'M';
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly cat?: string;
  /** A colour that both viewers know. */
  readonly cname?: string;
  readonly args: Readonly<Record<string, string | number | boolean>>;
}

export function* traceText(
  experiment: Experiment,
  timelines: readonly Timeline[],
): Generator<string, void, undefined> {
  const { id, title, machine } = experiment;
  yield `{"displayTimeUnit":"ms","otherData":${JSON.stringify({ experiment: id, title, ...machine })},"traceEvents":[\n`;
  let separator = '';
  for (const event of traceEvents(experiment, timelines)) {
    yield `${separator}${JSON.stringify(event)}`;
    separator = ',\n';
  }
  yield '\n]}\n';
}

function* traceEvents(
  { request, runs }: Experiment,
  timelines: readonly Timeline[],
): Generator<TraceEvent, void, undefined> {
  const names = contenderNames(request.contenders);
  for (const timeline of timelines) {
    const contender = request.contenders[timeline.contender];
    if (contender === undefined) continue;
    const pid = timeline.contender + 1;
    const round = runs.find((run) => run.id === timeline.runId)?.round;
    const which = round === undefined ? '' : `, run ${round}`;
    const labels = `${contenderFacts(contender)}${which}`;
    yield meta(pid, 0, 'process_name', { name: names[timeline.contender] ?? '' });
    yield meta(pid, 0, 'process_labels', { labels });
    yield meta(pid, 0, 'process_sort_index', { sort_index: pid });
    yield* tracks(pid, timeline);
    for (const { worker, atMs, share } of timeline.activity) {
      const name = `W${worker} event loop at work`;
      yield {
        ph: 'C',
        name,
        pid,
        tid: 0,
        ts: microseconds(atMs),
        args: { percent: Math.round(share * 1000) / 10 },
      };
    }
  }
}

function* tracks(pid: number, { pieces }: Timeline): Generator<TraceEvent, void, undefined> {
  const severalLanes = new Set(pieces.filter(({ lane }) => lane > 0).map(({ worker }) => worker));
  for (const [index, { worker, lane, pieces: own }] of lanesOf(pieces).entries()) {
    const tid = index + 1;
    const title = severalLanes.has(worker) ? `W${worker} lane ${lane + 1}` : `W${worker}`;
    yield meta(pid, tid, 'thread_name', { name: title });
    yield meta(pid, tid, 'thread_sort_index', { sort_index: tid });
    let endedAt = 0;
    for (const { startMs, endMs, tasks, name, failed } of own) {
      // Clocks are read a little apart: what would begin before the last has ended begins with its end.
      const ts = Math.max(microseconds(startMs), endedAt);
      endedAt = Math.max(microseconds(endMs), ts);
      const label = tasks > 1 ? `${tasks} tasks, ${name} the last` : name;
      const state = failed ? { cname: 'terrible', cat: 'failed' } : { cat: 'task' };
      yield { ph: 'X', name: label, pid, tid, ts, dur: endedAt - ts, ...state, args: { tasks, failed } };
    }
  }
}

function meta(pid: number, tid: number, name: string, args: TraceEvent['args']): TraceEvent {
  return { ph: 'M', name, pid, tid, args };
}

/** Whole ones: sums of fractions would overlap by a rounding error. */
function microseconds(ms: number): number {
  return Math.max(0, Math.round(ms * 1000));
}
