/** An experiment as one page that needs nothing but itself: no script, nothing to load. Follows the reader's theme. */
import type { Experiment, Timeline } from '../../common/experiments/experiment';
import { figureRows, medianIntervalText, preciseTime } from '../../common/experiments/figures';
import { resultOf } from '../../common/experiments/results';
import {
  contenderFacts,
  contenderNames,
  findingOf,
  intervalText,
  ratioText,
} from '../../common/experiments/text';
import { formatCount } from '../../common/model/units';
import { machineText, measuredHow } from './about';
import { picture } from './picture';
import { COLOURS, FONT, pictureStyle, type Theme } from './picture/style';
import { escaped } from './picture/svg';

export function* htmlText(
  experiment: Experiment,
  timelines: readonly Timeline[],
): Generator<string, void, undefined> {
  const { headline } = findingOf(experiment);
  yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n';
  yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n';
  // Whatever a name may hold, the page runs nothing and asks nobody.
  yield `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">\n`;
  yield `<title>${escaped(headline)} · Heddle</title>\n<style>\n${style()}\n</style>\n</head>\n<body>\n<main>\n`;
  yield `<div class="picture" tabindex="0" role="region" aria-label="The picture">\n`;
  yield* picture(experiment, timelines, null);
  yield '</div>\n';
  yield* list('Cautions', experiment.analysis?.cautions ?? []);
  yield* list('Notes', experiment.notes);
  yield* contenders(experiment);
  yield* comparisons(experiment);
  yield* figures(experiment);
  yield* everyRun(experiment);
  yield `<h2>How it was measured</h2>\n<p>${escaped(measuredHow(experiment))}</p>\n`;
  yield `<p>${escaped(machineText(experiment))}</p>\n`;
  yield '</main>\n</body>\n</html>\n';
}

function* list(title: string, sentences: readonly string[]): Generator<string, void, undefined> {
  if (sentences.length === 0) return;
  yield `<h2>${title}</h2>\n<ul>\n`;
  for (const sentence of sentences) yield `<li>${escaped(sentence)}</li>\n`;
  yield '</ul>\n';
}

function* contenders({ request, runs, analysis }: Experiment): Generator<string, void, undefined> {
  const names = contenderNames(request.contenders);
  yield* table(
    'What was compared',
    ['', 'In flight', 'Median', '95 % interval'],
    request.contenders.map((contender, index) => {
      const result = resultOf(analysis, index);
      const times =
        result === undefined ? ['–', '–'] : [preciseTime(result.medianMs), medianIntervalText(result, runs)];
      return [names[index] ?? '', contenderFacts(contender), ...times];
    }),
  );
}

function* comparisons({ request, analysis }: Experiment): Generator<string, void, undefined> {
  if (analysis === null || analysis.ratios.length === 0) return;
  const names = contenderNames(request.contenders);
  yield* table(
    'Comparisons',
    ['', 'Against', 'Times as fast', '95 % interval', 'Verdict'],
    analysis.ratios.map((ratio) => [
      names[ratio.contender] ?? '',
      names[ratio.against] ?? '',
      ratioText(ratio),
      intervalText(ratio),
      ratio.verdict,
    ]),
  );
}

function* figures(experiment: Experiment): Generator<string, void, undefined> {
  const { contenders } = experiment.request;
  yield* table(
    'Numbers',
    ['', ...contenderNames(contenders)],
    figureRows(experiment).map(({ name, about, values }) => [
      about === undefined ? name : `${name}, ${about}`,
      ...values,
    ]),
  );
}

function* everyRun({ request, runs, analysis }: Experiment): Generator<string, void, undefined> {
  const names = contenderNames(request.contenders);
  const outliers = new Set(analysis?.results.flatMap((result) => result.outliers));
  yield* table(
    'Every run, in the order in which they were made',
    ['Run', 'Round', 'Wall time', 'CPU time', 'Threads made', 'Task, median', 'Task, 99 %', ''],
    [...runs]
      .sort((a, b) => a.ordinal - b.ordinal)
      .map(({ id, contender, round, wallMs, cpuMs, threadsMade, taskMs }) => [
        names[contender] ?? '',
        round === 0 ? 'warm-up' : formatCount(round),
        preciseTime(wallMs),
        preciseTime(cpuMs),
        formatCount(threadsMade),
        preciseTime(taskMs.median),
        preciseTime(taskMs.p99),
        outliers.has(id) ? 'far from the others' : '',
      ]),
  );
}

function* table(
  title: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): Generator<string, void, undefined> {
  yield `<h2>${escaped(title)}</h2>\n<div class="wide" tabindex="0" role="region" aria-label="${escaped(title)}">\n<table>\n<thead><tr>`;
  for (const cell of head) yield cell === '' ? '<td></td>' : `<th scope="col">${escaped(cell)}</th>`;
  yield '</tr></thead>\n<tbody>\n';
  for (const [first = '', ...rest] of rows) {
    yield `<tr><th scope="row">${escaped(first)}</th>`;
    for (const cell of rest) yield `<td>${escaped(cell)}</td>`;
    yield '</tr>\n';
  }
  yield '</tbody>\n</table>\n</div>\n';
}

function style(): string {
  return [
    `body{margin:0;font:14px/1.5 ${FONT};font-variant-numeric:tabular-nums}`,
    'main{max-width:1000px;margin:0 auto;padding:0 16px 48px}',
    '.picture,.wide{overflow-x:auto}.picture svg{display:block;max-width:100%;height:auto;min-width:720px}',
    'h2{font-size:15px;margin:32px 0 8px}table{border-collapse:collapse;font-size:13px}',
    'th,td{padding:5px 16px 5px 0;text-align:right;white-space:nowrap}th[scope=row]{text-align:left;font-weight:400;white-space:normal;min-width:140px}',
    'tbody th,tbody td{border-top:1px solid}ul{padding-left:20px}',
    colours('light'),
    `@media (prefers-color-scheme:dark){\n${colours('dark')}\n}`,
    '@media print{.picture svg{min-width:0}}',
  ].join('\n');
}

function colours(theme: Theme): string {
  const { bg, text, muted, line } = COLOURS[theme];
  return [
    `:root{color-scheme:${theme};background:${bg};color:${text}}`,
    `thead th,tbody td{color:${muted}}tbody th,tbody td{border-top-color:${line}}`,
    pictureStyle(theme),
  ].join('\n');
}
