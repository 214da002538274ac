import { expect, test } from 'vitest';
import { chosenColumns, columnsOf, fittingColumns, templateOf } from './columns';

test('where there is little room, names, digests and states stay longest', () => {
  const columns = chosenColumns('hash', { shown: [...columnsOf('hash')], widths: {} });
  expect(fittingColumns(columns, {}, 2000)).toEqual(columnsOf('hash'));
  expect(fittingColumns(columns, {}, 540)).toEqual(['name', 'size', 'digest', 'state']);
  expect(fittingColumns(columns, {}, 460)).toEqual(['name', 'digest', 'state']);
  expect(fittingColumns(columns, {}, 100)).toEqual(['name', 'state']);
  // What was made wide takes room from others.
  expect(fittingColumns(columns, { name: 300 }, 540)).toEqual(['name', 'state']);
  // Before the width is known, all are there.
  expect(fittingColumns(columns, {}, 0)).toEqual(columns);
});

test('names are always shown, in the order of the list', () => {
  expect(chosenColumns('download', { shown: ['state', 'time'], widths: {} })).toEqual([
    'name',
    'time',
    'state',
  ]);
  expect(columnsOf('download')).not.toContain('digest');
});

test('the room that nothing grows into is left empty', () => {
  expect(templateOf(['name', 'size'], {})).toBe('minmax(120px, 1fr) 74px');
  expect(templateOf(['name', 'size'], { name: 200, size: 80 })).toBe('200px 80px 1fr');
});
