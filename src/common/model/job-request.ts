/**
 * What a person asks for, as it arrives at the engine's door. Validated there once, with zod. Schemas take their time
 * to be made, so each is made when it is first asked.
 */
import { z } from 'zod';
import { LIST_FORMATS } from './download';
import { COPY_LAYOUTS, copyOptionsSchema, DEFAULT_COPY_OPTIONS } from './copy-options';
import { DEFAULT_DOWNLOAD_OPTIONS, downloadOptionsSchema } from './download-options';
import { filled } from './filled';
import { listFilterSchema } from './list-filter';
import { ALGORITHMS, MANIFEST_FORMATS } from './digests';
import { MODES } from './jobs';
import type { FsPath } from './paths';
import { DEFAULT_WALK_RULES, walkRulesSchema, type WalkRules } from './walk-rules';

/** More threads than this help nobody. */
export const MAX_WORKERS = 64;

const how = () => ({
  mode: z.enum(MODES),
  /** Threads; `null`: chosen for the work and the machine. */
  workers: z.int().min(1).max(MAX_WORKERS).nullable(),
});
const path = z.lazy(() =>
  z.custom<FsPath>(
    (value) =>
      (typeof value === 'string' && value !== '' && !value.includes('\0')) ||
      (value instanceof Uint8Array && value.length > 0 && !value.includes(0)),
    'a path is text or bytes, not empty and without a NUL byte',
  ),
);

const downloadRequestSchema = z.lazy(() =>
  z.strictObject({
    kind: z.literal('download'),
    ...how(),
    /** URLs, one each; they come before the lists. */
    urls: z.array(z.string()),
    /** Pasted text: a list. */
    text: z.string().nullable(),
    /** More of it, each a list of its own. */
    texts: z.array(z.string()).default([]),
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
    /** Where it names hosts or extensions, entries of others are left out. */
    only: listFilterSchema.default({ hosts: [], extensions: [] }),
    /** Entries of these are left out. */
    leaveOut: listFilterSchema.default({ hosts: [], extensions: [] }),
    options: downloadOptionsSchema
      .unwrap()
      .partial()
      .default({})
      .transform((options) => filled(DEFAULT_DOWNLOAD_OPTIONS, options)),
  }),
);

/** A manifest that a job writes when it is done, and never over a file that exists. */
const ownManifest = z.lazy(() =>
  z
    .strictObject({
      path: path,
      /** `null`: told by the name and the algorithms. */
      format: z.enum(MANIFEST_FORMATS).nullable(),
    })
    .nullable(),
);

/** Links inside a hashed folder are left out and said to be, unless they are to be followed. */
const READ_RULES: WalkRules = { ...DEFAULT_WALK_RULES, links: 'skip' };
const readRules = z.lazy(() =>
  walkRulesSchema
    .unwrap()
    .partial()
    .default({})
    .transform((rules) => filled(READ_RULES, rules)),
);

const hashRequestSchema = z.lazy(() =>
  z.strictObject({
    kind: z.literal('hash'),
    ...how(),
    paths: z.array(path).min(1),
    algorithms: z.array(z.enum(ALGORITHMS)).min(1),
    manifest: ownManifest,
    rules: readRules,
    /** Take digests that are known of files that did not change since. */
    cache: z.boolean().default(true),
    /** Find files of equal content instead of a digest of each. */
    duplicates: z.boolean().default(false),
  }),
);

const verifyRequestSchema = z.lazy(() =>
  z.strictObject({
    kind: z.literal('verify'),
    ...how(),
    /**
     * A manifest; a folder, with which `root` is compared, or a bag (BagIt); `null`: a manifest that is handed over
     * with the request.
     */
    manifest: path.nullable(),
    /** The folder that names are relative to; `null`: the manifest's own. */
    root: path.nullable(),
    /** Files below the root that the manifest does not list are a difference. */
    strict: z.boolean().default(false),
    /** Listed files that are not there are passed over. */
    ignoreMissing: z.boolean().default(false),
    /** Take names that lead out of the root. */
    outside: z.boolean().default(false),
    /** Of digests that could be of several algorithms; `null`: told by the manifest. */
    algorithm: z.enum(ALGORITHMS).nullable().default(null),
    rules: readRules,
  }),
);

export const copyRequestSchema = z.lazy(() =>
  z.strictObject({
    kind: z.literal('copy'),
    ...how(),
    /** One that is written with a slash, `/.` or `/..` at its end stands for what is in the folder. */
    sources: z.array(path).min(1),
    /** The folder that receives the sources, made where it is not there. A single file takes this name unless it is a folder. */
    destination: path,
    layout: z.enum(COPY_LAYOUTS).default('named'),
    options: copyOptionsSchema
      .unwrap()
      .partial()
      .default({})
      .transform((options) => filled(DEFAULT_COPY_OPTIONS, options)),
    rules: walkRulesSchema
      .unwrap()
      .partial()
      .default({})
      .transform((rules) => filled(DEFAULT_WALK_RULES, rules)),
    /** Of what was copied, in the same pass. */
    manifest: ownManifest.default(null),
    /** Of the manifest. */
    algorithms: z.array(z.enum(ALGORITHMS)).default([]),
  }),
);

const REQUEST_SCHEMAS = {
  download: downloadRequestSchema,
  hash: hashRequestSchema,
  verify: verifyRequestSchema,
  copy: copyRequestSchema,
} as const;

export const jobRequestSchema = z.discriminatedUnion('kind', [
  downloadRequestSchema,
  hashRequestSchema,
  verifyRequestSchema,
  copyRequestSchema,
]);

/** Of requests of this one's kind: the other schemas need not be made. */
export function requestSchema({ kind }: { readonly kind: string }) {
  return Object.hasOwn(REQUEST_SCHEMAS, kind)
    ? REQUEST_SCHEMAS[kind as keyof typeof REQUEST_SCHEMAS]
    : jobRequestSchema;
}

export type DownloadRequest = z.infer<typeof downloadRequestSchema>;
export type HashRequest = z.infer<typeof hashRequestSchema>;
export type VerifyRequest = z.infer<typeof verifyRequestSchema>;
export type CopyRequest = z.infer<typeof copyRequestSchema>;
/** As they are written: what has a default may be left out. */
export type JobRequest = z.input<typeof jobRequestSchema>;
export type CopyJobRequest = z.input<typeof copyRequestSchema>;
