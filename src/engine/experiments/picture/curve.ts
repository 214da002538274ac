/** Speed-up of the pool by its size, against the ideal and Amdahl's law. */
import type { Scaling } from '../../../common/experiments/experiment';
import { percentText } from '../../../common/experiments/text';
import { LEFT, MARGIN, ticks, type Section } from './layout';
import { element, textAt, tip } from './svg';

const HEIGHT = 200;
const END = 640;

export function curve(scaling: Scaling, bestSize: number | null): Section {
  const { points, serialShare } = scaling;
  const smallest = points[0]?.size ?? 1;
  const largest = points.at(-1)?.size ?? 1;
  const ideal = largest / smallest;
  // The ideal would press a curve that gains little to the floor: its line leaves the picture instead.
  const fastest = Math.max(...points.map(({ speedup }) => speedup));
  const most = Math.min(ideal, fastest * 1.6) * 1.05;
  const x = (size: number): number =>
    LEFT + ((size - smallest) / Math.max(1, largest - smallest)) * (END - LEFT);
  const y = (speedup: number): number => 34 + HEIGHT - (speedup / most) * HEIGHT;
  const floor = y(0);
  const markup = [textAt(MARGIN, 14, 'section', 'Pool sizes')];
  for (const value of ticks(most)) {
    markup.push(element('path', { d: `M${LEFT} ${y(value).toFixed(1)}H${END}`, class: 'rule' }));
    markup.push(textAt(LEFT - 10, y(value) + 4, 'small faint', `${value}×`, 'end'));
  }
  const reach = Math.min(largest, smallest * most);
  const line = (from: number, to: number, at: (size: number) => number, steps: number): string =>
    Array.from({ length: steps + 1 }, (_, step) => {
      const size = from + ((to - from) * step) / steps;
      return `${step === 0 ? 'M' : 'L'}${x(size).toFixed(1)} ${y(at(size)).toFixed(1)}`;
    }).join('');
  markup.push(
    element('path', { d: line(smallest, reach, (size) => size / smallest, 1), class: 'ideal' }, tip('Ideal')),
  );
  if (serialShare !== null) {
    const time = (size: number): number => serialShare + (1 - serialShare) / size;
    const d = line(smallest, largest, (size) => time(smallest) / time(size), 60);
    markup.push(element('path', { d, class: 'fit' }, tip('Amdahl’s law')));
  }
  const measured = points.map(
    ({ size, speedup }, index) => `${index === 0 ? 'M' : 'L'}${x(size).toFixed(1)} ${y(speedup).toFixed(1)}`,
  );
  markup.push(element('path', { d: measured.join(''), class: 'curve' }));
  for (const { size, speedup } of points) {
    const about = tip(`${size} threads: ${speedup.toFixed(2)}×`);
    markup.push(element('circle', { cx: x(size), cy: y(speedup), r: 4.5, class: 'point' }, about));
    markup.push(textAt(x(size), floor + 18, 'small faint', String(size), 'middle'));
  }
  markup.push(textAt(END + 14, floor + 18, 'small faint', 'threads'));
  const legend = [
    ['curve', `measured, against ${smallest === 1 ? 'one thread' : `${smallest} threads`}`],
    ['ideal', 'ideal: twice the threads, half the time'],
    ...(serialShare === null
      ? [['', 'The curve does not follow Amdahl’s law.']]
      : [['fit', `Amdahl’s law, ${percentText(serialShare)} serial`]]),
    ...(bestSize === null ? [] : [['', `Best size: ${bestSize}. No other is clearly faster.`]]),
  ] as const;
  legend.forEach(([kind = '', text = ''], index) => {
    const top = 60 + index * 24;
    if (kind !== '') markup.push(element('path', { d: `M${END + 40} ${top}h28`, class: kind }));
    markup.push(textAt(kind === '' ? END + 40 : END + 78, top + 4, 'small muted', text));
  });
  return { height: floor + 30, markup };
}
