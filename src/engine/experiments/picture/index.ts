/** The whole picture of an experiment as SVG: what it found, bars, curve, threads, numbers, and how it was measured. */
import type { Experiment, Timeline } from '../../../common/experiments/experiment';
import { findingOf } from '../../../common/experiments/text';
import { measuredHow, machineText } from '../about';
import { bars } from './bars';
import { curve } from './curve';
import { MARGIN, RIGHT, WIDTH, type Section } from './layout';
import { pictureStyle, type Theme } from './style';
import { element, escaped, textAt, wrapped } from './svg';
import { table } from './table';
import { threads } from './threads';

const BETWEEN = 26;

/** @param style its own style sheet; without one, the page that it is in has it */
export function* picture(
  experiment: Experiment,
  timelines: readonly Timeline[],
  theme: Theme | null,
): Generator<string, void, undefined> {
  const { headline, detail } = findingOf(experiment);
  const sections = [
    heading(experiment, headline, detail),
    bars(experiment),
    ...(experiment.analysis?.scaling === null || experiment.analysis === null
      ? []
      : [curve(experiment.analysis.scaling, experiment.analysis.bestSize)]),
    ...(timelines.length === 0 ? [] : [threads(experiment, timelines)]),
    table(experiment),
    foot(experiment),
  ];
  const height = sections.reduce((sum, section) => sum + section.height + BETWEEN, MARGIN * 2 - BETWEEN);
  const size = `width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}"`;
  yield `<svg xmlns="http://www.w3.org/2000/svg" ${size} class="p" role="img" aria-labelledby="t d">`;
  yield `<title id="t">${escaped(headline)}</title><desc id="d">${escaped(detail)}</desc>`;
  if (theme !== null) yield `<style>${pictureStyle(theme)}</style>`;
  yield element('rect', { width: WIDTH, height, class: 'bg' });
  let y = MARGIN;
  for (const section of sections) {
    yield `<g transform="translate(0 ${y})">`;
    yield* section.markup;
    yield '</g>\n';
    y += section.height + BETWEEN;
  }
  yield '</svg>\n';
}

function heading({ title }: Experiment, headline: string, detail: string): Section {
  const large = wrapped(headline, RIGHT - MARGIN, 24);
  const lines = wrapped(detail, RIGHT - MARGIN, 13);
  const below = 26 + large.length * 30;
  return {
    height: below + lines.length * 19 - 6,
    markup: [
      textAt(MARGIN, 10, 'small faint', title),
      ...large.map((line, index) => textAt(MARGIN, 40 + index * 30, 'headline', line)),
      ...lines.map((line, index) => textAt(MARGIN, below + 12 + index * 19, 'muted', line)),
    ],
  };
}

function foot(experiment: Experiment): Section {
  const { notes, analysis } = experiment;
  const sentences = [
    ...(analysis?.cautions ?? []).map((caution) => `Caution: ${caution}`),
    ...notes.map((note) => `Note: ${note}`),
    measuredHow(experiment),
    machineText(experiment),
  ];
  const lines = sentences.flatMap((sentence) => wrapped(sentence, RIGHT - MARGIN, 12));
  return {
    height: lines.length * 17,
    markup: lines.map((line, index) => textAt(MARGIN, 12 + index * 17, 'small muted', line)),
  };
}
