/**
 * The contract between the window and the main process: every channel with the
 * shape of what goes in and the type of what comes out. The preload's allowlist
 * and the main process's checks are both derived from this one map.
 */
import type { CommandText } from './command-line/shell-text';
import { z } from 'zod';
import { COMMAND_IDS, type CommandId } from './commands/commands';
import { taskSortSchema } from './model/columns';
import { COPY_POLICIES, type FirstCopied } from './model/copy-options';
import { connectionsSchema } from './model/download-options';
import {
  DUPLICATE_ENDS,
  DUPLICATE_FORMATS,
  type DuplicatePage,
  type DuplicatesSettled,
} from './model/duplicates';
import type { ErrorData } from './model/errors';
import {
  EXPERIMENT_FORMATS,
  experimentRequestSchema,
  type Experiment,
  type ExperimentFrame,
  type ExperimentSummary,
  type Timeline,
} from './experiments/experiment';
import type { CodeSamples, CostProgress, ThreadCosts } from './experiments/thread-costs';
import type { Frame, JobSnapshot } from './model/frames';
import { LIST_FORMATS, type ListPreview } from './model/download';
import { copyRequestSchema, jobRequestSchema, type JobRequest } from './model/job-request';
import type { Ranges } from './model/ranges';
import { FINDINGS, TASK_STATES, type ExpectedFile, type FindingCounts, type TaskRow } from './model/tasks';
import { JOB_KINDS, type JobSummary, type WorkerStatistics } from './model/jobs';
import { MANIFEST_FORMATS } from './model/digests';
import type { ClipboardUrls, Opened, OpenedPath } from './opening/opened';
import { EXPORT_FORMATS, type FailedAttempt, type HostState, type ResponseSummary } from './model/responses';
import { rateSchema, settingsPatchSchema, type Settings } from './model/settings';

export const MAX_PAGE = 500;

const jobId = z.int().positive();
const oneJob = z.strictObject({ jobId });
const oneExperiment = z.strictObject({ experimentId: z.int().positive() });

/** Which tasks of a job are shown. */
const taskQuerySchema = z.strictObject({
  jobId,
  /** Only tasks in this state. */
  state: z.enum(TASK_STATES).nullable(),
  /** Only tasks with this finding. */
  finding: z.enum(FINDINGS).nullable().optional(),
  /** Only tasks whose source contains this text, in upper or lower case. */
  search: z.string().max(200),
  /** `null`: as they are in the job. */
  sort: taskSortSchema.nullable().optional(),
});
export type TaskQuery = z.infer<typeof taskQuerySchema>;

export const taskPageSchema = taskQuerySchema.extend({
  offset: z.int().min(0),
  limit: z.int().min(1).max(MAX_PAGE),
});
export type TaskPageQuery = z.infer<typeof taskPageSchema>;

/** Places in a job, as ranges. */
const rangesSchema = z.array(z.tuple([z.int().min(0), z.int().min(0)])).max(1_000_000);

/**
 * What of rows is copied.
 * - `curl`: a command that downloads the file, without what the job adds to its requests
 * - `row`: URLs of a download; otherwise paths, with their digests where the job has them
 */
export const ROW_TEXTS = ['row', 'url', 'curl', 'path', 'digest', 'error'] as const;
export type RowText = (typeof ROW_TEXTS)[number];

export interface CopiedRows {
  /** Lines on the clipboard now. */
  readonly lines: number;
  /** There were more than a clipboard is good for. */
  readonly isCut: boolean;
}

export interface TaskPage {
  /** How many tasks match in all. */
  readonly total: number;
  readonly rows: readonly TaskRow[];
}

/** Files with a digest. */
export interface DigestMatches {
  readonly total: number;
  /** The first ones. */
  readonly rows: readonly TaskRow[];
}

/** How many tasks failed without a finding, and how many of them because their target exists. */
export interface UntoldFailures {
  readonly all: number;
  readonly existing: number;
}

export const jobListSchema = z.strictObject({
  kind: z.enum(JOB_KINDS).nullable(),
  offset: z.int().min(0),
  limit: z.int().min(1).max(MAX_PAGE),
});

export interface JobList {
  readonly total: number;
  readonly jobs: readonly JobSummary[];
}

export interface AppInfo {
  readonly version: string;
  readonly electron: string;
  readonly chromium: string;
  readonly node: string;
  readonly sqlite: string;
  readonly platform: string;
  readonly cores: number;
  readonly dataDirectory: string;
  /** What the user has to know of how the data folder was found. */
  readonly openingNotice: ErrorData | null;
  readonly downloadsDirectory: string;
  /** The Electron that runs is past its end of life and good for development alone. */
  readonly isOldElectron: boolean;
  /** This build knows where to ask for new versions. */
  readonly hasUpdates: boolean;
  /** Threads that "automatic" means for each kind, by mode `pool`. */
  readonly automaticWorkers: Readonly<Record<'download' | 'hash' | 'copy', number>>;
}

/** Of one package that is part of the app. */
export interface License {
  readonly name: string;
  readonly version: string;
  /** As its package says: an SPDX expression. */
  readonly license: string;
  readonly text: string;
}

/** What was found when a new version was looked for. */
export interface FoundUpdate {
  /** `null`: there is none. */
  readonly version: string | null;
  /** The one that runs. */
  readonly current: string;
  /** Otherwise this copy of Heddle has nobody to ask, or somebody else updates it. */
  readonly isKnown: boolean;
}

export const pickSchema = z.strictObject({
  purpose: z.enum([
    'anything',
    'url-list',
    'files',
    'folder',
    'folders',
    'download-folder',
    'copy-target',
    'certificates',
    'cookies',
    'logins',
    'manifest',
  ]),
});

/** A request's shape, checked at run time, and the type of its answer, known at compile time alone. */
interface Channel<Input extends z.ZodType, Out> {
  readonly input: Input;
  readonly output?: (answer: Out) => void;
}
function channel<Out>() {
  return <Input extends z.ZodType>(input: Input): Channel<Input, Out> => ({ input });
}
const nothing = z.undefined();

/** Requests from the window, answered once. */
export const REQUESTS = {
  'app:info': channel<AppInfo>()(nothing),
  /** Copies what helps to find a fault, without secrets. */
  'app:copy-diagnostics': channel<void>()(nothing),
  /** Opens the folder of the log in the file manager. */
  'app:show-log': channel<void>()(nothing),
  /** Looks for a new version. */
  /** For a browser that is to show the window; `null`: that is off. */
  'web:link': channel<string | null>()(nothing),
  'updates:check': channel<FoundUpdate>()(nothing),
  /** Downloads what was found. */
  'updates:download': channel<void>()(nothing),
  /** Quits Heddle, installs what was downloaded, and starts it. */
  'updates:install': channel<void>()(nothing),
  /** Of all that Heddle is made of. */
  'app:licenses': channel<readonly License[]>()(nothing),
  /** The commands that can be done now, for the menu bar. */
  'commands:enabled': channel<void>()(z.strictObject({ ids: z.array(z.enum(COMMAND_IDS)) })),
  /** What came in from outside and was not taken yet. */
  'opening:take': channel<readonly Opened[]>()(nothing),
  /** Which of these paths are there. */
  'opening:look': channel<readonly OpenedPath[]>()(
    z.strictObject({ paths: z.array(z.string().max(32_767)).max(1000) }),
  ),
  /** A job of this kind is likely to be made soon. */
  'threads:prepare': channel<void>()(z.strictObject({ kind: z.enum(JOB_KINDS) })),
  'settings:get': channel<Settings>()(nothing),
  'settings:set': channel<Settings>()(settingsPatchSchema),
  'jobs:list': channel<JobList>()(jobListSchema),
  'jobs:create': channel<JobSummary>()(jobRequestSchema),
  /** What a list holds: of a text, or of a file. */
  'lists:preview': channel<ListPreview>()(
    z.strictObject({
      text: z.string().nullable(),
      file: z.string().nullable(),
      /** `null`: told by its beginning. */
      format: z.enum(LIST_FORMATS).nullable(),
    }),
  ),
  /** Where the first file of a copy would go; `null`: there is none to copy. */
  'copies:first': channel<FirstCopied | null>()(copyRequestSchema),
  'jobs:pause': channel<void>()(oneJob),
  'jobs:resume': channel<void>()(oneJob),
  'jobs:cancel': channel<void>()(oneJob),
  /** Jobs that have not ended: those that run, then those that wait, as their turns come, then those that stand still. */
  'jobs:unfinished': channel<readonly JobSummary[]>()(nothing),
  /** Of a job that waits for its turn: it comes right before another's; `null`: after all others. */
  'jobs:move': channel<void>()(z.strictObject({ jobId, before: jobId.nullable() })),
  /** A job that has not ended stands still until then, in milliseconds since the epoch; `null`: until it is resumed. */
  'jobs:start-at': channel<void>()(z.strictObject({ jobId, atMs: z.int().positive().nullable() })),
  'jobs:pause-all': channel<void>()(nothing),
  'jobs:resume-all': channel<void>()(nothing),
  /** Failed and cancelled tasks run again; of the whole job, or those at these places in it. */
  'jobs:retry': channel<void>()(z.strictObject({ jobId, places: rangesSchema.optional() })),
  'jobs:rename': channel<void>()(z.strictObject({ jobId, label: z.string().trim().min(1).max(300) })),
  /** Forgets an ended job. Its files stay. */
  'jobs:remove': channel<void>()(oneJob),
  /** Changes the number of workers while the job runs. */
  'jobs:resize': channel<void>()(z.strictObject({ jobId, workers: z.int().min(1).max(64) })),
  /** Changes how many connections a download has at once. */
  'jobs:connect': channel<void>()(z.strictObject({ jobId, connections: connectionsSchema })),
  /** Bytes per second of a download; `null`: no limit. */
  'jobs:limit': channel<void>()(z.strictObject({ jobId, rate: rateSchema.nullable() })),
  'jobs:responses': channel<ResponseSummary>()(oneJob),
  /** Of a job that runs here. */
  'jobs:hosts': channel<readonly HostState[]>()(oneJob),
  /** Saves all tasks where the user says; the path, or `null` when dismissed. */
  'jobs:export': channel<string | null>()(z.strictObject({ jobId, format: z.enum(EXPORT_FORMATS) })),
  /** Copies the URLs of failed tasks, a line each. */
  'jobs:copy-failed': channel<CopiedRows>()(oneJob),
  'jobs:findings': channel<FindingCounts>()(oneJob),
  /** What a mirror did not delete, in a sentence. */
  'jobs:withheld': channel<string | null>()(oneJob),
  /** Of an ended job: failures that no finding tells of. */
  'jobs:failures': channel<UntoldFailures>()(oneJob),
  /** Of an ended copy: what is done with targets that exist; those that were left run again. */
  'jobs:settle-existing': channel<void>()(
    z.strictObject({ jobId, policy: z.enum(COPY_POLICIES).exclude(['refuse']) }),
  ),
  /** Groups of equal files, most space to win first. */
  'jobs:duplicates': channel<DuplicatePage>()(
    z.strictObject({ jobId, offset: z.int().min(0), limit: z.int().min(1).max(MAX_PAGE) }),
  ),
  /** Moves copies of a file to the trash, or makes them further names of it; one file of the group stays. */
  'jobs:settle-duplicates': channel<DuplicatesSettled>()(
    z.strictObject({
      jobId,
      groupId: z.int().positive(),
      keep: z.int().positive(),
      go: z.array(z.int().positive()).min(1).max(10_000),
      how: z.enum(DUPLICATE_ENDS),
    }),
  ),
  /** Saves all groups where the user says; the path, or `null` when dismissed. */
  'jobs:export-duplicates': channel<string | null>()(
    z.strictObject({ jobId, format: z.enum(DUPLICATE_FORMATS) }),
  ),
  /** Starts for real what an ended dry run of a copy has shown. */
  'jobs:run-dry': channel<JobSummary>()(oneJob),
  /** What the job was asked to do, so that its work can be compared; refused where it holds a secret. */
  'jobs:request': channel<JobRequest>()(oneJob),
  /** What does the same in a terminal. */
  'jobs:command': channel<CommandText>()(oneJob),
  /** What would do the same as the job that is asked for. */
  'requests:command': channel<CommandText>()(jobRequestSchema),
  'jobs:statistics': channel<readonly WorkerStatistics[]>()(oneJob),
  /** From now on frames carry this job's workers; `null`: nobody's. */
  'jobs:watch': channel<JobSnapshot | null>()(z.strictObject({ jobId: jobId.nullable() })),
  'tasks:page': channel<TaskPage>()(taskPageSchema),
  /** Places in the job of the tasks that are shown at these places of the list. */
  'tasks:places': channel<Ranges>()(taskQuerySchema.extend({ first: z.int().min(0), last: z.int().min(0) })),
  /** Copies rows, a line each. */
  'tasks:copy': channel<CopiedRows>()(
    z.strictObject({
      jobId,
      places: rangesSchema,
      what: z.enum(ROW_TEXTS),
      /** In this order. */
      sort: taskSortSchema.nullable().optional(),
    }),
  ),
  /** Files of a job that have this digest. */
  'tasks:with-digest': channel<DigestMatches>()(
    z.strictObject({ jobId, digest: z.string().regex(/^[0-9a-f]{8,128}$/u) }),
  ),
  /** One row; `null`: there is no such task. */
  'tasks:get': channel<TaskRow | null>()(z.strictObject({ taskId: z.int().positive() })),
  'tasks:failed-attempts': channel<readonly FailedAttempt[]>()(
    z.strictObject({ taskId: z.int().positive() }),
  ),
  /** What a manifest says of the file that a task verifies; `null` for other tasks. */
  'tasks:expected': channel<ExpectedFile | null>()(z.strictObject({ taskId: z.int().positive() })),
  /** Newest first. */
  'experiments:list': channel<{
    readonly total: number;
    readonly experiments: readonly ExperimentSummary[];
  }>()(z.strictObject({ offset: z.int().min(0), limit: z.int().min(1).max(MAX_PAGE) })),
  'experiments:get': channel<Experiment>()(oneExperiment),
  /** Of each contender, the run nearest to its median; while it runs, the latest. */
  'experiments:timelines': channel<readonly Timeline[]>()(oneExperiment),
  /** One at a time; other jobs stand still meanwhile. */
  'experiments:start': channel<ExperimentSummary>()(experimentRequestSchema),
  'experiments:cancel': channel<void>()(oneExperiment),
  'experiments:remove': channel<void>()(oneExperiment),
  /** Saves it where the user says; the path, or `null` when dismissed. `picture`: of PNG, which the window draws. */
  'experiments:export': channel<string | null>()(
    z.strictObject({
      experimentId: z.int().positive(),
      format: z.enum(EXPERIMENT_FORMATS),
      theme: z.enum(['dark', 'light']),
      /** PNG bytes in Base64. */
      picture: z.string().optional(),
    }),
  ),
  /** The picture as SVG, from which the window draws a PNG. */
  'experiments:picture': channel<string>()(
    z.strictObject({ experimentId: z.int().positive(), theme: z.enum(['dark', 'light']) }),
  ),
  /** The best pool size that it found becomes the automatic number of workers of its kind. */
  'experiments:adopt': channel<Settings>()(oneExperiment),
  /** The code of a thread by hand and of a pool with an executor, as it is measured. */
  'threads:samples': channel<CodeSamples>()(nothing),
  /** Measures what threads cost here, which takes about half a minute; other jobs stand still meanwhile. */
  'threads:measure': channel<ThreadCosts>()(nothing),
  'threads:stop-measuring': channel<void>()(nothing),
  /** Bytes that are free where a folder is or would be made; `null` where that cannot be told. */
  'folders:free': channel<number | null>()(z.strictObject({ path: z.string() })),
  /** A native dialog; empty when it was dismissed. */
  'dialog:pick': channel<readonly string[]>()(pickSchema),
  /** Saves a hash job's manifest where the user says; the path, or `null` when dismissed. */
  'manifest:save': channel<string | null>()(z.strictObject({ jobId, format: z.enum(MANIFEST_FORMATS) })),
  /** Whether a task's file, or the job's folder when `taskId` is `null`, is there to be shown. */
  'shell:can-show': channel<boolean>()(z.strictObject({ jobId, taskId: z.int().positive().nullable() })),
  /** Shows a task's file, or the job's folder when `taskId` is `null`, in the file manager. */
  'shell:show': channel<void>()(z.strictObject({ jobId, taskId: z.int().positive().nullable() })),
  /** Opens a task's file with the program for it. What could run is shown in the file manager instead. */
  'shell:open': channel<'opened' | 'shown'>()(z.strictObject({ jobId, taskId: z.int().positive() })),
  /** Shows a file in the file manager that was saved where the user said. */
  'shell:show-saved': channel<void>()(z.strictObject({ path: z.string() })),
} as const;

export type RequestName = keyof typeof REQUESTS;
/** As it is written: what has a default may be left out. */
export type RequestInput<Name extends RequestName> = z.input<(typeof REQUESTS)[Name]['input']>;
export type RequestOutput<Name extends RequestName> =
  (typeof REQUESTS)[Name] extends Channel<z.ZodType, infer Out> ? Out : never;

/** News of the engine to the window. */
export interface Events {
  /** Ten times a second while a job runs. */
  readonly frame: Frame;
  /** Jobs that were made, changed their state or were planned further; whole summaries. */
  readonly 'jobs-changed': readonly JobSummary[];
  readonly 'job-removed': { readonly jobId: number };
  readonly 'settings-changed': Settings;
  /** Ten times a second while an experiment runs. */
  readonly 'experiment-frame': ExperimentFrame;
  /** It was started, a run of it ended, or it ended; whole. */
  readonly 'experiment-changed': Experiment;
  readonly 'experiment-removed': { readonly experimentId: number };
  /** Of {@link REQUESTS} `threads:measure`, before each of its runs. */
  readonly 'threads-measuring': CostProgress;
  /** Something the user should know that belongs to no request. */
  readonly notice: ErrorData;
}
export type EventName = keyof Events;
/** News of the app's shell to the window. */
export interface ShellEvents {
  /** Chosen in the menu bar. */
  readonly command: { readonly id: CommandId };
  /** Something came in from outside: see `opening:take`. */
  readonly opening: null;
  /** There is a new version. */
  readonly 'update-found': { readonly version: string };
  /** The window came to the front with URLs in the clipboard that were not offered before. */
  readonly 'clipboard-urls': ClipboardUrls;
  /** Of a browser: news do not come any more, come again, or cannot come since there are too many who listen. */
  readonly connection: 'lost' | 'back' | 'full';
}
export type WindowEvents = Events & ShellEvents;
export const EVENT_NAMES = [
  'frame',
  'jobs-changed',
  'job-removed',
  'settings-changed',
  'experiment-frame',
  'experiment-changed',
  'experiment-removed',
  'threads-measuring',
  'notice',
] as const satisfies readonly EventName[];

/** Failures cross as data: what `invoke` resolves to. */
export type Reply<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ErrorData };

/** What the preload puts on `window.heddle`. */
export interface HeddleBridge {
  /** The page to begin with; '': the usual one. */
  readonly startPage: string;
  /** That the window begins with. */
  readonly language: string;
  /** What the setting *System* means. */
  readonly systemLanguage: string;
  /** Where the window is shown. */
  readonly place: 'desktop' | 'browser';
  invoke<Name extends RequestName>(
    name: Name,
    input: RequestInput<Name>,
  ): Promise<Reply<RequestOutput<Name>>>;
  /** @returns a function that ends the subscription */
  on<Name extends keyof WindowEvents>(
    name: Name,
    listener: (payload: WindowEvents[Name]) => void,
  ): () => void;
  /** The path of a dropped or pasted file, or '' when it has none. */
  pathOf(file: unknown): string;
}
