import { expect, test, vi } from 'vitest';
import { onStop } from './stop-signals';

test('Ctrl+Break and a closed console stop a command of Windows as Ctrl+C does', () => {
  const stop = vi.fn();
  const before = process.listenerCount('SIGHUP');
  const end = onStop(stop, true);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGBREAK', 'SIGHUP'] as const) process.emit(signal);
  expect(stop).toHaveBeenCalledTimes(4);
  end();
  expect(process.listenerCount('SIGHUP')).toBe(before);
});

test('elsewhere SIGHUP stays what it was, ignored under nohup', () => {
  const before = process.listenerCount('SIGHUP');
  const end = onStop(() => undefined, false);
  expect(process.listenerCount('SIGHUP')).toBe(before);
  end();
});
