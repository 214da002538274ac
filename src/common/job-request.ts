/** What a person asks for, as it arrives at the engine's door. Validated there once, with zod. */
import { z } from 'zod';
import { LIST_FORMATS } from './download';
import { downloadOptionsSchema, withDefaults } from './download-options';
import { ALGORITHMS, MANIFEST_FORMATS, MODES } from './model';

/** More threads than this help nobody. */
export const MAX_WORKERS = 64;

const how = {
  mode: z.enum(MODES),
  /** Threads; `null`: chosen for the work and the machine. */
  workers: z.int().min(1).max(MAX_WORKERS).nullable(),
};
const path = z
  .string()
  .min(1)
  .refine((value) => !value.includes('\0'), 'a path holds no NUL byte');

export const downloadRequestSchema = z.strictObject({
  kind: z.literal('download'),
  ...how,
  /** URLs, one each; they come before the lists. */
  urls: z.array(z.string()),
  /** Pasted text: a list. */
  text: z.string().nullable(),
  /** Lists; copied before the job starts. */
  listFiles: z.array(path),
  /** Of text and lists; `null`: told by their beginning. */
  format: z.enum(LIST_FORMATS).nullable().default(null),
  /** What the file of a single URL is called. */
  out: z.string().min(1).nullable().default(null),
  /** Of the file of a single URL: `sha256=…`. */
  checksum: z.string().nullable().default(null),
  /** Where the files go; made if it does not exist. */
  directory: path,
  options: downloadOptionsSchema.partial().default({}).transform(withDefaults),
});

export const hashRequestSchema = z.strictObject({
  kind: z.literal('hash'),
  ...how,
  paths: z.array(path).min(1),
  algorithms: z.array(z.enum(ALGORITHMS)).min(1),
  /** A manifest written when the job ends; `null`: none. */
  manifest: z.strictObject({ path, format: z.enum(MANIFEST_FORMATS) }).nullable(),
});

export const copyRequestSchema = z.strictObject({
  kind: z.literal('copy'),
  ...how,
  sources: z.array(path).min(1),
  /** As for `cp -r`: a folder that exists receives the sources; otherwise the single source takes this name. */
  destination: path,
});

export const jobRequestSchema = z.discriminatedUnion('kind', [
  downloadRequestSchema,
  hashRequestSchema,
  copyRequestSchema,
]);

export type DownloadRequest = z.infer<typeof downloadRequestSchema>;
export type HashRequest = z.infer<typeof hashRequestSchema>;
export type CopyRequest = z.infer<typeof copyRequestSchema>;
/** As it is written: what has a default may be left out. */
export type JobRequest = z.input<typeof jobRequestSchema>;
