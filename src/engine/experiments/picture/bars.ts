/** Medians as bars, their intervals as whiskers, every counted run as a dot. */
import type { Experiment } from '../../../common/experiments/experiment';
import { countedRuns, ratioToReference, resultOf } from '../../../common/experiments/results';
import { contenderFacts, contenderNames, intervalText, ratioText } from '../../../common/experiments/text';
import { medianIntervalText, preciseTime } from '../../../common/experiments/figures';
import { LEFT, MARGIN, RIGHT, type Section } from './layout';
import { element, textAt, tip } from './svg';

const ROW = 42;
const BAR = 16;
const END = 690;
const MEDIAN = 775;
const RATIO = 850;

export function bars({ request, runs, analysis }: Experiment): Section {
  const { contenders } = request;
  const names = contenderNames(contenders);
  const counted = contenders.map((_, index) => countedRuns(runs, index));
  const most = Math.max(
    ...counted.flat().map(({ wallMs }) => wallMs),
    ...(analysis?.results.map(({ highMs }) => highMs) ?? []),
    Number.MIN_VALUE,
  );
  const x = (ms: number): number => LEFT + (ms / most) * (END - LEFT);
  const markup = [
    textAt(MEDIAN, 10, 'small faint', 'median', 'end'),
    textAt(RATIO, 10, 'small faint', 'ratio', 'end'),
    textAt(RIGHT, 10, 'small faint', '95 % interval', 'end'),
  ];
  contenders.forEach((contender, index) => {
    const result = resultOf(analysis, index);
    const ratio = ratioToReference(analysis, index);
    const top = 20 + index * ROW;
    const middle = top + BAR / 2;
    const base = top + BAR / 2 + 4.5;
    markup.push(textAt(MARGIN, base - 5, '', names[index] ?? ''));
    markup.push(textAt(MARGIN, base + 10, 'small faint', contenderFacts(contender)));
    if (result !== undefined) {
      const { medianMs, lowMs, highMs } = result;
      const about = `${names[index] ?? ''}: median ${preciseTime(medianMs)}, 95 % interval ${medianIntervalText(result, runs)}`;
      markup.push(
        element(
          'rect',
          {
            x: LEFT,
            y: top,
            width: Math.max(1, x(medianMs) - LEFT),
            height: BAR,
            rx: 2,
            class: contender.mode,
          },
          tip(about),
        ),
      );
      const hasInterval = (counted[index]?.length ?? 0) > 1;
      const caps = `M${x(lowMs).toFixed(1)} ${middle - 5}v10M${x(lowMs).toFixed(1)} ${middle}H${x(highMs).toFixed(1)}m0 -5v10`;
      if (hasInterval) markup.push(element('path', { d: caps, class: 'whisker' }));
      markup.push(textAt(MEDIAN, base, '', preciseTime(medianMs), 'end'));
    }
    for (const { id, wallMs, round } of counted[index] ?? []) {
      const isOutlier = result?.outliers.includes(id) === true;
      const about = tip(`Run ${round}: ${preciseTime(wallMs)}${isOutlier ? ', far from the others' : ''}`);
      const y = top + BAR + 8;
      markup.push(
        isOutlier
          ? // A shape of its own: a diamond.
            element(
              'path',
              { d: `M${x(wallMs).toFixed(1)} ${y - 5}l5 5l-5 5l-5 -5z`, class: 'outlier' },
              about,
            )
          : element('circle', { cx: x(wallMs), cy: y, r: 3, class: 'run' }, about),
      );
    }
    if (ratio !== undefined) {
      markup.push(textAt(RATIO, base, '', ratioText(ratio), 'end'));
      markup.push(textAt(RIGHT, base - 5, 'muted', intervalText(ratio), 'end'));
      markup.push(textAt(RIGHT, base + 10, 'small faint', ratio.verdict, 'end'));
    } else if (index === analysis?.reference) {
      markup.push(textAt(RATIO, base, 'muted', '1', 'end'));
      markup.push(textAt(RIGHT, base, 'small faint', 'reference', 'end'));
    }
  });
  const foot = 20 + contenders.length * ROW + 10;
  const outliers = analysis?.results.some((result) => result.outliers.length > 0) === true;
  const legend = `bar: median · whisker: its 95 % interval · dot: one run${outliers ? ' · diamond: a run far from the others' : ''}`;
  markup.push(textAt(LEFT, foot, 'small faint', legend));
  return { height: foot + 8, markup };
}
