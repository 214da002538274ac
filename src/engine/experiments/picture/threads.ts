/** What every thread did, on one time axis for all contenders. */
import type { ActivitySample, Experiment, Timeline } from '../../../common/experiments/experiment';
import { contenderNames } from '../../../common/experiments/text';
import { preciseTime } from '../../../common/experiments/figures';
import type { Mode } from '../../../common/model/jobs';
import { lanesOf } from '../../../common/experiments/timeline-lanes';
import { LEFT, MARGIN, RIGHT, ticks, type Section } from './layout';
import { stripsOf } from './strips';
import { clipped, element, textAt, tip, wrapped } from './svg';

/** A contender with many lanes gets this much, however thin each becomes. */
const MOST_GROUP = 190;
/** Lanes beyond these would be thinner than a pixel. */
const MOST_LANES = 96;
/** More strips than these do without names: a page of them would be megabytes of text. */
const MOST_NAMED = 4000;

export function threads(experiment: Experiment, timelines: readonly Timeline[]): Section {
  const names = contenderNames(experiment.request.contenders);
  const longest = Math.max(...timelines.map(({ wallMs }) => wallMs), Number.MIN_VALUE);
  const perMs = (RIGHT - LEFT) / longest;
  const isNamed = timelines.reduce((sum, { pieces }) => sum + pieces.length, 0) <= MOST_NAMED;
  const markup = [textAt(MARGIN, 14, 'section', 'What every thread did, on one time axis')];
  let top = 32;
  for (const timeline of timelines) {
    const mode = experiment.request.contenders[timeline.contender]?.mode;
    if (mode === undefined) continue;
    const group = groupOf(timeline, mode, perMs, isNamed, top);
    markup.push(textAt(MARGIN, top + 10, '', names[timeline.contender] ?? ''), ...group.markup);
    if (group.height > 26)
      markup.push(textAt(MARGIN, top + 25, 'small faint', `${preciseTime(timeline.wallMs)} in this run`));
    top += Math.max(24, group.height) + 14;
  }
  markup.push(...axis(longest, top, perMs));
  top += 34;
  const legend =
    'strip: a task · gap: nothing to do · low bar under a thread: its event loop at work, as by computing; ' +
    'where there is none, the thread waits · red with a cross: failed';
  for (const line of wrapped(legend, RIGHT - LEFT, 11)) {
    markup.push(textAt(LEFT, top, 'small faint', line));
    top += 15;
  }
  return { height: top - 9, markup };
}

/** A thread with its lanes, and the foot that shows when its event loop was at work. */
function groupOf(
  { pieces, activity, wallMs }: Timeline,
  mode: Mode,
  perMs: number,
  isNamed: boolean,
  top: number,
): Section {
  const lanes = lanesOf(pieces);
  const shown = lanes.slice(0, MOST_LANES);
  const workers = new Set(shown.map(({ worker }) => worker)).size;
  const pitch = Math.min(14, MOST_GROUP / Math.max(1, shown.length + workers * 0.45));
  const gap = pitch >= 4 ? 1.5 : 0;
  const foot = pitch * 0.45;
  const markup: string[] = [
    // From beginning to end: without tasks a thread is idle, after that it is gone.
    element('path', { d: `M${LEFT} ${top - 3}H${(LEFT + wallMs * perMs).toFixed(1)}`, class: 'rule' }),
  ];
  let y = top;
  shown.forEach(({ worker, pieces: own }, index) => {
    for (const [place, strip] of stripsOf(own, perMs).entries()) {
      const { x, width, tasks, name, failed, startMs, endMs } = strip;
      const which = tasks > 1 ? `${tasks} tasks, ${clipped(name, 60)} the last` : clipped(name, 80);
      const about = `W${worker}: ${which}, ${preciseTime(startMs)} to ${preciseTime(endMs)}${failed ? ', failed' : ''}`;
      const rect = {
        x: LEFT + x,
        y,
        width: Math.max(0.5, width > 3 ? width - 0.75 : width),
        height: Math.max(0.75, pitch - gap),
        class: failed ? 'failed' : `${mode} s${(place + index) % 3}`,
      };
      markup.push(isNamed ? element('rect', rect, tip(about)) : element('rect', rect));
      if (failed) markup.push(cross(LEFT + x + width / 2, y + (pitch - gap) / 2, Math.min(3, pitch / 3)));
    }
    y += pitch;
    if (shown[index + 1]?.worker === worker) return;
    markup.push(
      footOf(
        activity.filter((sample) => sample.worker === worker),
        y - gap,
        foot - gap / 2,
        perMs,
      ),
    );
    y += foot;
  });
  const more = lanes.length - shown.length;
  if (more > 0) markup.push(textAt(LEFT, (y += 12), 'small faint', `and ${more} more like these`));
  return { height: y - top, markup };
}

/** As high at each moment as the share of it in which the event loop was at work. */
function footOf(samples: readonly ActivitySample[], y: number, height: number, perMs: number): string {
  if (samples.length === 0) return '';
  const floor = y + height;
  let from = LEFT;
  let d = `M${LEFT} ${floor.toFixed(1)}`;
  for (const { atMs, share } of [...samples].sort((a, b) => a.atMs - b.atMs)) {
    const to = LEFT + atMs * perMs;
    // Steps narrower than half a pixel are not seen.
    if (to - from < 0.5) continue;
    d += `V${(floor - Math.min(1, Math.max(0, share)) * height).toFixed(1)}H${to.toFixed(1)}`;
    from = to;
  }
  return element('path', { d: `${d}V${floor.toFixed(1)}z`, class: 'work' });
}

function cross(x: number, y: number, reach: number): string {
  const side = (2 * reach).toFixed(1);
  const start = `M${(x - reach).toFixed(1)} ${(y - reach).toFixed(1)}`;
  return element('path', { d: `${start}l${side} ${side}m0 -${side}l-${side} ${side}`, class: 'cross' });
}

function axis(longest: number, y: number, perMs: number): string[] {
  const unit = longest < 1000 ? 1 : 1000;
  const values = ticks(longest / unit, 6).filter((value) => value * unit <= longest * 0.94);
  return [
    element('path', { d: `M${LEFT} ${y}H${RIGHT}`, class: 'rule' }),
    ...values.flatMap((value) => {
      const x = LEFT + value * unit * perMs;
      return [
        element('path', { d: `M${x.toFixed(1)} ${y}v4`, class: 'rule' }),
        textAt(
          x,
          y + 17,
          'small faint',
          String(Number(value.toPrecision(6))),
          value === 0 ? undefined : 'middle',
        ),
      ];
    }),
    textAt(RIGHT, y + 17, 'small faint', preciseTime(longest), 'end'),
  ];
}
