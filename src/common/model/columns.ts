/** Columns of a job's list of tasks, by which it can be sorted. */
import { z } from 'zod';
import { JOB_KINDS } from './jobs';

/** In the order in which lists show them. */
export const TASK_COLUMNS = [
  'name',
  'source',
  'size',
  'digest',
  'progress',
  'speed',
  'time',
  'ended',
  'attempts',
  'worker',
  'state',
] as const;
export type TaskColumn = (typeof TASK_COLUMNS)[number];

export const taskSortSchema = z.lazy(() =>
  z.strictObject({
    by: z.enum(TASK_COLUMNS),
    descending: z.boolean(),
  }),
);
/**
 * What has no value is at the end, in both directions. By state, what needs attention comes first: differences and
 * failures; the others are in the job's order.
 */
export type TaskSort = z.infer<typeof taskSortSchema>;

/** Widths that a column may be given. */
export const LEAST_PX = 40;
export const MOST_PX = 2000;

/** What the user chose for the lists of a kind. */
const columnChoiceSchema = z.lazy(() =>
  z.strictObject({
    shown: z.array(z.enum(TASK_COLUMNS)),
    /** Pixels; the others are as wide as they usually are. */
    widths: z.partialRecord(z.enum(TASK_COLUMNS), z.int().min(LEAST_PX).max(MOST_PX)),
  }),
);
export type ColumnChoice = z.infer<typeof columnChoiceSchema>;
export const columnsSchema = z.lazy(() =>
  z.partialRecord(z.enum([...JOB_KINDS, 'folders']), columnChoiceSchema),
);
