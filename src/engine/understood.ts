import type { z } from 'zod';
import { HeddleError } from '../common/model/errors';

/**
 * What was asked for, with its defaults.
 *
 * @param what as the sentence begins: `The job`
 * @throws HeddleError `bad-request`, which says the first fault
 */
export function understood<Schema extends z.ZodType>(
  schema: Schema,
  asked: unknown,
  what: string,
): z.output<Schema> {
  const { success, data, error } = schema.safeParse(asked);
  if (success) return data;
  const [issue] = error.issues;
  throw new HeddleError(
    'bad-request',
    `${what} was not understood: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unknown'}.`,
  );
}
