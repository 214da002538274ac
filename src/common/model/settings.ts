/** What the user has chosen; one row each in SQLite. */
import { z } from 'zod';
import { columnsSchema } from './columns';
import { connectionsSchema, rememberedOptionsSchema } from './download-options';
import { ALGORITHMS } from './digests';
import { MAX_WORKERS } from './job-request';
import { JOB_KINDS, MODES } from './jobs';
import { FINDINGS, TASK_STATES } from './tasks';
import { LANGUAGE_CHOICES } from '../text/languages';

const kindSettings = z.lazy(() =>
  z.strictObject({
    mode: z.enum(MODES),
    /** Threads; `null`: chosen for the work and the machine. */
    workers: z.int().min(1).max(MAX_WORKERS).nullable(),
  }),
);
export type KindSettings = z.infer<typeof kindSettings>;

const bestSize = z.lazy(() => z.int().min(1).max(MAX_WORKERS).nullable());

/** A speed limit in bytes per second. */
export const rateSchema = z.lazy(() =>
  z
    .int()
    .min(1024)
    .max(2 ** 40),
);

export const MOST_RECENT = 10;
const recentPaths = z.lazy(() => z.array(z.string().max(32_767)).max(MOST_RECENT));

const dialogChoicesSchema = z.lazy(() =>
  z.strictObject({
    hash: z.strictObject({
      aim: z.enum(['digests', 'duplicates']),
      algorithms: z.array(z.enum(ALGORITHMS)),
      cache: z.boolean(),
    }),
    verify: z.strictObject({
      against: z.enum(['manifest', 'folders']),
      strict: z.boolean(),
      ignoreMissing: z.boolean(),
    }),
    copy: z.strictObject({
      existing: z.enum(['refuse', 'skip', 'number']),
      verify: z.boolean(),
      checksum: z.boolean(),
      sync: z.boolean(),
      digests: z.boolean(),
    }),
  }),
);
export type DialogChoices = z.infer<typeof dialogChoicesSchema>;

const minuteOfDay = z.int().min(0).max(1439);
/** More at once help nobody. */
export const MOST_JOBS_AT_ONCE = 16;

/** Tasks in a state, or with a finding. */
const filtersSchema = z.lazy(() =>
  z.partialRecord(
    z.enum(JOB_KINDS),
    z.strictObject({ state: z.enum(TASK_STATES).nullable(), finding: z.enum(FINDINGS).nullable() }),
  ),
);

/** aria2's own, which its clients try first. */
export const RPC_PORT = 6800;

const windowPlaceSchema = z.lazy(() =>
  z.strictObject({
    x: z.int(),
    y: z.int(),
    width: z.int().positive(),
    height: z.int().positive(),
    isMaximized: z.boolean(),
  }),
);

/** How large the window's content can be, in percent. */
export const ZOOM_STEPS = [50, 67, 75, 80, 90, 100, 110, 125, 150, 175, 200, 250, 300] as const;

const settingsSchema = z.lazy(() =>
  z.strictObject({
    download: kindSettings,
    hash: kindSettings,
    copy: kindSettings,
    /** Threads that were measured to be best on this machine; `null`: what automatic means is chosen for the work. */
    bestWorkers: z.strictObject({
      download: bestSize,
      hash: bestSize,
      copy: bestSize,
    }),
    /** `null`: the system's Downloads folder. */
    downloadDirectory: z.string().nullable(),
    /** Of one download at once, over all hosts: how much of it is under way. */
    connections: connectionsSchema,
    /** Of these the most that one host gets, over all downloads. */
    connectionsPerHost: connectionsSchema,
    /** Bytes per second of all downloads together; `null`: no limit. */
    limitRate: rateSchema.nullable(),
    /** At these times of the day, in minutes since midnight, another limit holds; from later than to: over midnight. */
    limitSchedule: z
      .strictObject({
        fromMinute: minuteOfDay,
        toMinute: minuteOfDay,
        rate: rateSchema.nullable(),
      })
      .nullable(),
    /** Jobs that run at once; later ones wait their turn. */
    jobsAtOnce: z.int().min(1).max(MOST_JOBS_AT_ONCE),
    /** For downloads; `null`: what the environment says. It may hold a password, so it is stored sealed. */
    proxy: z.url({ protocol: /^(?:https?|socks(?:4a?|5h?)?)$/u }).nullable(),
    /** PEM certificates that downloads trust beside the usual ones: a path, or `null`. */
    caFile: z.string().nullable(),
    /** What the window proposes for the next download, where it differs from the usual. */
    downloadOptions: rememberedOptionsSchema,
    theme: z.enum(['system', 'dark', 'light']),
    /** Of the window. */
    language: z.enum(LANGUAGE_CHOICES),
    /** Whether the sidebar shows signs alone. */
    sidebarFolded: z.boolean(),
    /** Of the window, in percent. */
    zoom: z.int().min(50).max(300),
    /** Of the window's lists, where the user chose. */
    columns: columnsSchema,
    /** What becomes of running jobs when the window is closed. */
    closing: z.enum(['ask', 'background', 'quit']),
    /** An icon in the notification area: the window can be closed without ending Heddle. */
    tray: z.boolean(),
    /** Heddle starts with the user's session, without a window. */
    startsAtLogin: z.boolean(),
    /** Programs that speak aria2's RPC may ask the window's Heddle. `secret`: `null` until one is made. Stored sealed. */
    rpc: z.strictObject({
      on: z.boolean(),
      port: z.int().min(1024).max(65_535),
      secret: z.string().min(6).max(200).nullable(),
    }),
    /** Browsers of this machine may show the window. */
    web: z.boolean(),
    /** New versions are looked for, where this build knows whom to ask. */
    checksForUpdates: z.boolean(),
    /** URLs in the clipboard are offered when the window comes to the front. */
    offersClipboard: z.boolean(),
    /** The page that was shown last; '': none. */
    lastPage: z.string().max(40),
    /** Chosen for jobs before, the newest first. */
    recentFolders: z.strictObject({ sources: recentPaths, targets: recentPaths }),
    /** How the last job of each kind was done, as its dialog proposes it again; nothing in it deletes or replaces files. */
    dialogChoices: dialogChoicesSchema,
    /** Which tasks the list of each kind of job shows, as they were chosen last. */
    filters: filtersSchema,
    /** Where the window was, in the screen's own points; `null`: where the system puts it. */
    windowPlace: windowPlaceSchema.nullable(),
  }),
);
export type Settings = z.infer<typeof settingsSchema>;
export const settingsPatchSchema = z.lazy(() => settingsSchema.unwrap().partial());
/** Kept from whoever reads the database. */
export const SEALED_SETTINGS: ReadonlySet<string> = new Set<keyof Settings>(['proxy', 'rpc']);
export type SettingsPatch = z.infer<typeof settingsPatchSchema>;

export const DEFAULT_SETTINGS: Settings = {
  download: { mode: 'pool', workers: null },
  hash: { mode: 'pool', workers: null },
  copy: { mode: 'pool', workers: null },
  bestWorkers: { download: null, hash: null, copy: null },
  downloadDirectory: null,
  connections: 64,
  connectionsPerHost: 64,
  limitRate: null,
  limitSchedule: null,
  jobsAtOnce: 4,
  proxy: null,
  caFile: null,
  downloadOptions: {},
  theme: 'system',
  language: 'system',
  sidebarFolded: false,
  zoom: 100,
  columns: {},
  closing: 'ask',
  tray: false,
  startsAtLogin: false,
  rpc: { on: false, port: RPC_PORT, secret: null },
  web: false,
  checksForUpdates: true,
  offersClipboard: false,
  lastPage: '',
  recentFolders: { sources: [], targets: [] },
  dialogChoices: {
    hash: { aim: 'digests', algorithms: ['sha256'], cache: true },
    verify: { against: 'manifest', strict: false, ignoreMissing: false },
    copy: { existing: 'refuse', verify: true, checksum: false, sync: true, digests: false },
  },
  filters: {},
  windowPlace: null,
};

/** The next zoom step up or down from one, which may lie between two steps. */
export function nextZoom(zoom: number, direction: 'in' | 'out'): number {
  const next =
    direction === 'in' ? ZOOM_STEPS.find((step) => step > zoom) : ZOOM_STEPS.findLast((step) => step < zoom);
  return next ?? zoom;
}

/** Bytes per second of all downloads together at a time; `null`: no limit. */
export function rateAt(
  { limitRate, limitSchedule }: Pick<Settings, 'limitRate' | 'limitSchedule'>,
  now: Date,
): number | null {
  if (limitSchedule === null) return limitRate;
  const { fromMinute, toMinute, rate } = limitSchedule;
  const minute = now.getHours() * 60 + now.getMinutes();
  const isWithin =
    fromMinute <= toMinute
      ? minute >= fromMinute && minute < toMinute
      : minute >= fromMinute || minute < toMinute;
  return isWithin ? rate : limitRate;
}
