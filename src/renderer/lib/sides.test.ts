import { expect, test } from 'vitest';
import type { TaskRow } from '../../common/model/tasks';
import { sidesOf } from './sides';

const ROW = { finding: 'same', name: 'a/b', source: '/left/a/b', target: '/right/a/b' } as TaskRow;

test('each side says where the file lies there', () => {
  expect(sidesOf(ROW, '/right')).toEqual({ left: 'a/b', right: 'a/b' });
  expect(sidesOf({ ...ROW, finding: 'moved', target: '/right/c' }, '/right/')).toEqual({
    left: 'a/b',
    right: 'c',
  });
});

test('what one side has not is absent there', () => {
  const alone = { ...ROW, target: null };
  expect(sidesOf({ ...alone, finding: 'only-left' }, '/right')).toEqual({ left: 'a/b', right: null });
  const onRight = { ...alone, source: '/right/a/b' };
  expect(sidesOf({ ...onRight, finding: 'only-right' }, '/right')).toEqual({ left: null, right: 'a/b' });
  expect(sidesOf({ ...onRight, finding: null }, '/right')).toEqual({ left: null, right: 'a/b' });
});
