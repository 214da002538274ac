/** What is chosen on the page Compare, and the request that it makes. Pure. */
import {
  contendersOf,
  experimentRequestSchema,
  MOST_EXPERIMENT_TASKS,
  MOST_REPEATS,
  USUAL_REPEATS,
  type ExperimentRequest,
  type ParsedExperimentRequest,
  type ReadyWork,
} from '../../common/experiments/experiment';
import { arePoolsAlone } from '../../common/experiments/results';
import { expectedMs } from '../../common/experiments/expected';
import { hasLatency, usualModes } from '../../common/experiments/works';
import { MAX_WORKERS, type JobRequest } from '../../common/model/job-request';
import { MODES, type Mode } from '../../common/model/jobs';
import { displayName, displayPath, type FsPath } from '../../common/model/paths';
import { text } from '../../common/text/text';

/** The user's own work: a job that was made here for comparing, or an earlier one. */
export interface OwnWork {
  readonly label: string;
  readonly request: JobRequest;
}

/** `Download · 12 lines`, `Hash · photos`: what the page calls it. */
export function ownLabel(request: JobRequest): string {
  const name = (path: FsPath): string => displayName(path) || displayPath(path);
  switch (request.kind) {
    case 'download': {
      const lines = [request.text ?? '', ...(request.texts ?? [])]
        .flatMap((typed) => typed.split('\n'))
        .filter((line) => line.trim() !== '').length;
      const [list] = request.listFiles;
      return list === undefined
        ? text('own.download.lines', { count: request.urls.length + lines })
        : text('own.download', { what: name(list) });
    }
    case 'hash':
      return text('own.hash', { what: severalOf(request.paths.map(name)) });
    case 'verify':
      return request.manifest === null
        ? text('own.verify')
        : text('own.verify.of', { what: name(request.manifest) });
    case 'copy':
      return text('own.copy', { what: severalOf(request.sources.map(name)) });
  }
}

function severalOf(names: readonly string[]): string {
  const [first = '', ...others] = names;
  return others.length === 0 ? first : text('own.several', { first, count: others.length });
}

export interface ExperimentDraft {
  readonly work: ReadyWork | 'own';
  readonly own: OwnWork | null;
  /** Numbers as they are typed. */
  readonly latencyMs: string;
  /** '': as many as show the point. */
  readonly tasks: string;
  readonly modes: readonly Mode[];
  readonly size: string;
  /** '': as many as each mode needs. */
  readonly repeats: string;
  /** More sizes of the pool, for the scaling curve. */
  readonly poolSizes: readonly number[];
  readonly pageCache: 'warm' | 'cold';
}

export const EMPTY_DRAFT: ExperimentDraft = {
  work: 'slow-server',
  own: null,
  latencyMs: '20',
  tasks: '',
  modes: usualModes('slow-server'),
  size: '8',
  repeats: '',
  poolSizes: [],
  pageCache: 'warm',
};

/**
 * The draft with some choices changed. Numbers that were typed for the work before are not those of the new work, and
 * modes that were the usual ones of the work before are its.
 */
export function changed(draft: ExperimentDraft, patch: Partial<ExperimentDraft>): ExperimentDraft {
  const isOther = patch.work !== undefined && patch.work !== draft.work;
  const { tasks, latencyMs } = EMPTY_DRAFT;
  const next = { ...draft, ...(isOther ? { tasks, latencyMs } : {}), ...patch };
  if (patch.modes !== undefined || draft.modes.join() !== usualModes(draft.work).join()) return next;
  return { ...next, modes: usualModes(next.work) };
}

const MOST_LATENCY_MS = 10_000;

/** A search for the best size needs few runs of each. */
const SEARCH_REPEATS = 3;
/** Offered as sizes of the pool. */
export const POOL_SIZES: readonly number[] = [1, 2, 4, 8, 16, 32];

export interface DraftFault {
  readonly field: 'own' | 'latencyMs' | 'tasks' | 'modes' | 'size' | 'repeats';
  readonly message: string;
}

function wholeNumber(typed: string, least: number, most: number): number | null {
  if (!/^\d{1,9}$/u.test(typed.trim())) return null;
  const value = Number(typed);
  return value >= least && value <= most ? value : null;
}

/** Work that reads files: what the system keeps of them in memory matters. */
export function readsFiles({ work, own }: ExperimentDraft): boolean {
  if (work === 'own') return own !== null && own.request.kind !== 'download';
  return work === 'small-files' || work === 'large-files';
}

/** The first thing that is wrong; `null`: it can be run. @param search whether pool sizes alone are compared */
export function faultOf(draft: ExperimentDraft, search = false): DraftFault | null {
  if (draft.work === 'own' && draft.own === null) return { field: 'own', message: text('draft.fault.own') };
  if (
    draft.work !== 'own' &&
    hasLatency(draft.work) &&
    wholeNumber(draft.latencyMs, 0, MOST_LATENCY_MS) === null
  )
    return {
      field: 'latencyMs',
      message: text('draft.fault.latency', { most: MOST_LATENCY_MS }),
    };
  if (
    draft.work !== 'own' &&
    draft.tasks.trim() !== '' &&
    wholeNumber(draft.tasks, 1, MOST_EXPERIMENT_TASKS) === null
  )
    return { field: 'tasks', message: text('draft.fault.tasks', { most: MOST_EXPERIMENT_TASKS }) };
  if (search) return null;
  if (wholeNumber(draft.size, 1, MAX_WORKERS) === null)
    return { field: 'size', message: text('draft.fault.size', { most: MAX_WORKERS }) };
  if (draft.repeats.trim() !== '' && wholeNumber(draft.repeats, 1, MOST_REPEATS) === null)
    return { field: 'repeats', message: text('draft.fault.repeats', { most: MOST_REPEATS }) };
  if (contenders(draft).length < 2) return { field: 'modes', message: text('draft.fault.modes') };
  return null;
}

function contenders(draft: ExperimentDraft): ExperimentRequest['contenders'] {
  // The order of the page, whatever order they were chosen in.
  const modes = MODES.filter((mode) => draft.modes.includes(mode));
  return contendersOf(modes, wholeNumber(draft.size, 1, MAX_WORKERS) ?? 1, sorted(draft.poolSizes));
}

function sorted(sizes: readonly number[]): readonly number[] {
  return [...sizes].sort((a, b) => a - b);
}

function workOf(draft: ExperimentDraft): ExperimentRequest['work'] | null {
  if (draft.work === 'own') return draft.own && { type: 'job', request: draft.own.request };
  const latencyMs = wholeNumber(draft.latencyMs, 0, MOST_LATENCY_MS) ?? 20;
  const tasks = wholeNumber(draft.tasks, 1, MOST_EXPERIMENT_TASKS);
  return { type: 'ready', work: draft.work, latencyMs, tasks };
}

/** `null` where {@link faultOf} finds a fault. */
export function requestOf(draft: ExperimentDraft): ExperimentRequest | null {
  const work = workOf(draft);
  if (work === null || faultOf(draft) !== null) return null;
  return {
    work,
    contenders: contenders(draft),
    ...repeatsOf(draft),
    pageCache: readsFiles(draft) ? draft.pageCache : 'warm',
  };
}

function repeatsOf({ repeats }: ExperimentDraft): { readonly repeats: number; readonly fewer: boolean } {
  const typed = wholeNumber(repeats, 1, MOST_REPEATS);
  return typed === null ? { repeats: USUAL_REPEATS, fewer: true } : { repeats: typed, fewer: false };
}

/** Milliseconds of all runs, roughly; `null`: it cannot be told before the first of them, or nothing can be run. */
export function durationMs(draft: ExperimentDraft, cores: number): number | null {
  const request = requestOf(draft);
  // Where pools are alone, how many tasks a thread has in flight is up to the job.
  if (request === null || arePoolsAlone(request.contenders)) return null;
  return expectedMs(request, repeatsOf(draft), cores);
}

/** Pool sizes that are tried: the chosen ones, or doubling ones up to twice the cores, and to 8 at least. */
export function searchSizes(draft: ExperimentDraft, cores: number): readonly number[] {
  if (draft.poolSizes.length >= 2) return sorted(draft.poolSizes);
  const most = Math.max(8, Math.min(MAX_WORKERS, 2 * cores));
  return Array.from({ length: 7 }, (_, power) => 2 ** power).filter((size) => size <= most);
}

/** A short search for the best pool size. `null` where {@link faultOf} finds a fault. */
export function searchRequestOf(draft: ExperimentDraft, cores: number): ExperimentRequest | null {
  const work = workOf(draft);
  if (work === null || faultOf(draft, true) !== null) return null;
  return {
    work,
    contenders: searchSizes(draft, cores).map((size) => ({ mode: 'pool', size })),
    repeats: SEARCH_REPEATS,
    pageCache: readsFiles(draft) ? draft.pageCache : 'warm',
  };
}

/** Whether the choices are those that made an experiment. */
export function isSameRequest(draft: ExperimentDraft, made: ParsedExperimentRequest): boolean {
  return isMadeBy(requestOf(draft), made);
}

/** Whether an experiment is the search that these choices make. */
export function isSameSearch(draft: ExperimentDraft, cores: number, made: ParsedExperimentRequest): boolean {
  return isMadeBy(searchRequestOf(draft, cores), made);
}

/** What the page's button runs: the shown experiment once more; after a search the comparison beside it; or what was chosen anew. */
export function runText(
  draft: ExperimentDraft,
  cores: number,
  shown: ParsedExperimentRequest | null,
): string {
  if (shown === null) return text('draft.run');
  if (isSameRequest(draft, shown)) return text('draft.run-again');
  return isSameSearch(draft, cores, shown) ? text('draft.compare') : text('draft.run');
}

/** What the button of the search runs. */
export function searchText(
  draft: ExperimentDraft,
  cores: number,
  shown: ParsedExperimentRequest | null,
): string {
  const isShown = shown !== null && isSameSearch(draft, cores, shown);
  return text(isShown ? 'draft.search-again' : 'draft.search');
}

function isMadeBy(asked: ExperimentRequest | null, made: ParsedExperimentRequest): boolean {
  if (asked === null) return false;
  const parsed = experimentRequestSchema.parse(asked);
  // Older ones lack what has a default.
  return JSON.stringify(parsed) === JSON.stringify(experimentRequestSchema.parse(made));
}

/** The choices that made an experiment, so that it can be run again or changed. */
export function draftOf(request: ParsedExperimentRequest, title: string): ExperimentDraft {
  const { work, contenders: all, repeats, fewer, pageCache } = request;
  const modes = MODES.filter((mode) => all.some((contender) => contender.mode === mode));
  const size = all.find(({ mode }) => mode !== 'sequential')?.size ?? 1;
  const onlyPools = all.every(({ mode }) => mode === 'pool');
  const others = all.filter((each) => each.mode === 'pool' && (onlyPools || each.size !== size));
  return {
    work: work.type === 'ready' ? work.work : 'own',
    own: work.type === 'job' ? { label: title, request: work.request } : null,
    latencyMs: String(work.type === 'ready' ? work.latencyMs : 20),
    tasks: work.type === 'ready' && work.tasks !== null ? String(work.tasks) : '',
    modes: onlyPools ? ['pool'] : modes,
    size: String(size),
    repeats: fewer && repeats === USUAL_REPEATS ? '' : String(repeats),
    poolSizes: [...new Set(others.map((each) => each.size))],
    pageCache,
  };
}
