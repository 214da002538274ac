/** Ends of tasks that no thread tells of. */
import type { ErrorData } from '../model/errors';
import { nowMs } from './board';
import type { Ends } from './protocol';

/** Tasks that ended in one moment, all in the same way. @param tasks indices into their packet */
export function endsNow<Results>(
  tasks: readonly number[],
  end:
    | { readonly how: 'cancelled' }
    | { readonly how: 'failed'; readonly error: ErrorData }
    | { readonly how: 'done'; readonly results: Results },
): Ends<Results> {
  const atMs = nowMs();
  const times = tasks.map(() => atMs);
  return {
    tasks,
    lanes: 0,
    startedAtMs: times,
    endedAtMs: times,
    ends: end.how,
    errors: end.how === 'failed' ? tasks.map((_, at) => [at, end.error] as const) : [],
    results: end.how === 'done' ? end.results : null,
  };
}
