/** A file against what a manifest says of it. */
import { HeddleError } from '../common/errors';
import type { TaskOrder, TaskOutcome } from '../common/model';
import type { RunTask } from './runtime';

export function createVerify(): RunTask<TaskOrder, TaskOutcome> {
  return () => {
    throw new HeddleError('bad-task', 'not there yet');
  };
}
