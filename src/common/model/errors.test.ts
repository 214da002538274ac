import { expect, test } from 'vitest';
import { fromErrorData, toErrorData } from './errors';

const systemError = (code: string): Error =>
  Object.assign(new Error(`${code}: what it means, read`), { code });

test('what an error is about is said once, also of errors that nobody has a sentence for', () => {
  const told = toErrorData(systemError('EXOTIC'), '/a');
  expect(told).toMatchObject({
    code: 'exotic',
    message: '/a: EXOTIC: what it means, read',
    retryable: false,
  });
  expect(toErrorData(fromErrorData(told), '/a')).toEqual(told);
  expect(toErrorData(new Error(told.message), '/a').message).toBe(told.message);
});

test('a file that gives nothing now can be tried again', () => {
  expect(toErrorData(systemError('EAGAIN'), '/proc/kmsg')).toMatchObject({
    message: '/proc/kmsg has nothing to read at the moment.',
    retryable: true,
  });
});
