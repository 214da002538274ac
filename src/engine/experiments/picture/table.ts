/** The numbers, a row for each contender. */
import type { Experiment } from '../../../common/experiments/experiment';
import { figureRows } from '../../../common/experiments/figures';
import { contenderNames } from '../../../common/experiments/text';
import { MARGIN, RIGHT, type Section } from './layout';
import { element, textAt } from './svg';

const COLUMNS = [
  'Wall time',
  'Tasks',
  'Bytes',
  'CPU time',
  'Threads made',
  'Busy',
  'Event loop at work',
  'Task',
];
const FIRST = 190;
const ROW = 24;

export function table(experiment: Experiment): Section {
  const rows = figureRows(experiment).filter(({ name }) => COLUMNS.includes(name));
  const step = (RIGHT - FIRST) / rows.length;
  const right = (column: number): number => FIRST + (column + 1) * step;
  const markup = [
    textAt(MARGIN, 14, 'section', 'Numbers'),
    ...rows.map(({ name }, column) =>
      textAt(right(column), 38, 'small faint', name === 'Event loop at work' ? 'Loop at work' : name, 'end'),
    ),
  ];
  contenderNames(experiment.request.contenders).forEach((contender, index) => {
    const y = 62 + index * ROW;
    markup.push(
      element('path', { d: `M${MARGIN} ${y - 16}H${RIGHT}`, class: 'rule' }),
      textAt(MARGIN, y, '', contender),
    );
    rows.forEach(({ values }, column) => {
      markup.push(textAt(right(column), y, 'muted', values[index] ?? '–', 'end'));
    });
  });
  return { height: 62 + experiment.request.contenders.length * ROW - 8, markup };
}
