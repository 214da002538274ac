/** What an experiment found, as text: the headline, bars with intervals, cautions and notes. */
import type { Experiment } from '../common/experiments/experiment';
import { preciseTime } from '../common/experiments/figures';
import { ratioToReference } from '../common/experiments/results';
import { contenderNames, findingOf, intervalText, ratioText } from '../common/experiments/text';
import type { Mode } from '../common/model/jobs';
import { visible } from '../common/model/visible';

export interface ReportLook {
  /** Columns of the terminal. */
  readonly width: number;
  readonly colour: boolean;
}

/** Narrower bars tell nothing. */
const LEAST_BAR = 10;
const MOST_BAR = 60;
const COLOURS: Readonly<Record<Mode, number>> = {
  sequential: 90,
  'event-loop': 33,
  'thread-per-task': 32,
  pool: 34,
};

export function experimentReport(experiment: Experiment, look: ReportLook): string {
  const { headline, detail } = findingOf(experiment);
  const { analysis, notes } = experiment;
  const paragraphs = (sentences: readonly string[]): string[] =>
    sentences.flatMap((sentence) => wrapWords(visible(sentence), look.width));
  const parts = [
    [...wrapWords(visible(headline), look.width).map((line) => painted(line, 1, look))],
    paragraphs([detail]),
    barLines(experiment, look),
    paragraphs([
      ...(analysis?.cautions ?? []).map((caution) => `Caution: ${caution}`),
      ...notes.map((note) => `Note: ${note}`),
    ]),
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function barLines({ request, analysis }: Experiment, look: ReportLook): string[] {
  if (analysis === null) return [];
  const names = contenderNames(request.contenders);
  const rows = analysis.results.map((result) => {
    const ratio = ratioToReference(analysis, result.contender);
    const cells = [
      preciseTime(result.medianMs),
      ratio === undefined ? '' : ratioText(ratio),
      ratio === undefined ? '' : intervalText(ratio),
      ratio?.verdict ?? (result.contender === analysis.reference ? 'reference' : ''),
    ];
    return { ...result, name: names[result.contender] ?? '', cells };
  });
  const nameWidth = Math.max(...rows.map(({ name }) => name.length));
  const cellWidths = [0, 1, 2, 3].map((column) =>
    Math.max(...rows.map(({ cells }) => cells[column]?.length ?? 0)),
  );
  // What there is no room for is left out from the right; the bar goes last.
  let shown = cellWidths.length;
  const room = (): number =>
    look.width - nameWidth - cellWidths.slice(0, shown).reduce((sum, width) => sum + width + 2, 0) - 2;
  while (shown > 1 && room() < LEAST_BAR) shown -= 1;
  const barWidth = Math.min(MOST_BAR, room());
  const most = Math.max(...rows.map(({ medianMs, highMs }) => Math.max(medianMs, highMs)));
  return rows.map(({ contender, name, cells, medianMs, lowMs, highMs }) => {
    const place = (ms: number): number => Math.min(barWidth - 1, Math.floor((ms / most) * barWidth));
    const bar = barWidth < LEAST_BAR ? '' : barOf(place(lowMs), place(medianMs), place(highMs), barWidth);
    const mode = request.contenders[contender]?.mode ?? 'pool';
    const values = cells.slice(0, shown).map((cell, column) => {
      const width = cellWidths[column] ?? 0;
      return column === 3 ? cell.padEnd(width) : cell.padStart(width);
    });
    return [name.padEnd(nameWidth), painted(bar, COLOURS[mode], look), ...values]
      .filter((cell) => cell !== '')
      .join('  ')
      .trimEnd();
  });
}

/** `━━━━━━├─┼──┤   `: up to the interval a line, then the interval with the median in it. */
function barOf(low: number, middle: number, high: number, width: number): string {
  const cells = Array.from({ length: width }, (_, place) => {
    if (place > high) return ' ';
    if (place < low) return '━';
    if (low === high) return '┃';
    if (place === low) return '├';
    if (place === high) return '┤';
    return place === middle ? '┼' : '─';
  });
  return cells.join('');
}

function wrapWords(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ').filter((each) => each !== '')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function painted(text: string, code: number, { colour }: ReportLook): string {
  return colour && text !== '' ? `\u001b[${code}m${text}\u001b[0m` : text;
}
