/** Words and tones of what was found. Pure. */
import { FINDINGS, totalTasks, type Finding, type FindingCounts } from '../../common/model/tasks';
import type { JobSummary } from '../../common/model/jobs';
import { formatCount } from '../../common/model/units';
import { countText } from '../kinds';

/** How a task's word looks. */
export type TaskTone = 'running' | 'done' | 'failed' | 'waiting' | 'idle';

interface FindingLook {
  readonly word: string;
  /** In a sentence after its number: "3 changed". */
  readonly counted: string;
  /** Where one of them is said differently. */
  readonly countedOne?: string;
  readonly tone: TaskTone;
}

/** Red is for what failed; what merely differs is amber. */
const LOOKS: Readonly<Record<Finding, FindingLook>> = {
  ok: { word: 'OK', counted: 'ok', tone: 'done' },
  changed: { word: 'Changed', counted: 'changed', tone: 'failed' },
  missing: { word: 'Missing', counted: 'missing', tone: 'failed' },
  unreadable: { word: 'Unreadable', counted: 'unreadable', tone: 'failed' },
  extra: { word: 'Extra', counted: 'extra', tone: 'waiting' },
  same: { word: 'Same', counted: 'the same', tone: 'done' },
  different: { word: 'Different', counted: 'different', tone: 'waiting' },
  'only-left': { word: 'Only left', counted: 'only left', tone: 'waiting' },
  'only-right': { word: 'Only right', counted: 'only right', tone: 'waiting' },
  moved: { word: 'Moved', counted: 'moved', tone: 'running' },
  duplicate: { word: 'Duplicate', counted: 'duplicates', countedOne: 'duplicate', tone: 'waiting' },
  unique: { word: 'Unique', counted: 'unique', tone: 'idle' },
  'hard-link': { word: 'Hard link', counted: 'hard links', countedOne: 'hard link', tone: 'idle' },
  new: { word: 'New', counted: 'new', tone: 'done' },
  replaced: { word: 'Replaced', counted: 'replaced', tone: 'waiting' },
  numbered: { word: 'Numbered', counted: 'numbered', tone: 'done' },
  unchanged: { word: 'Unchanged', counted: 'unchanged', tone: 'idle' },
  updated: { word: 'Updated', counted: 'updated', tone: 'done' },
  kept: { word: 'Kept', counted: 'kept as they were', countedOne: 'kept as it was', tone: 'idle' },
  deleted: { word: 'Deleted', counted: 'deleted', tone: 'waiting' },
  withheld: { word: 'Not deleted', counted: 'not deleted', tone: 'waiting' },
  clash: { word: 'Clash', counted: 'clashes', countedOne: 'clash', tone: 'failed' },
};

/** What a dry run says instead: nothing happened yet. */
const WOULD: Readonly<Partial<Record<Finding, Pick<FindingLook, 'word' | 'counted' | 'countedOne'>>>> = {
  new: { word: 'Would copy', counted: 'would be copied' },
  replaced: { word: 'Would replace', counted: 'would be replaced' },
  numbered: { word: 'Would number', counted: 'would get a number' },
  updated: { word: 'Would update', counted: 'would be updated' },
  kept: {
    word: 'Would keep',
    counted: 'would be kept as they are',
    countedOne: 'would be kept as it is',
  },
  deleted: { word: 'Would delete', counted: 'would be deleted' },
  withheld: { word: 'Would not delete', counted: 'would not be deleted' },
};

export function isDryRun(job: JobSummary): boolean {
  return job.copyOptions?.dryRun === true;
}

export function findingWord(finding: Finding, dryRun: boolean): string {
  return (dryRun ? WOULD[finding]?.word : undefined) ?? LOOKS[finding].word;
}

export function findingTone(finding: Finding): TaskTone {
  return LOOKS[finding].tone;
}

/** Those that some task has, in their order. */
export function foundOf(findings: FindingCounts): readonly Finding[] {
  return FINDINGS.filter((finding) => (findings[finding] ?? 0) > 0);
}

/**
 * `12,034 files: 12,030 ok, 3 changed, 1 missing.` The parts add up to the number before them, which is that of the
 * job's tasks.
 * @param untold failed tasks without a finding
 */
export function findingsSentence(job: JobSummary, findings: FindingCounts, untold: number): string {
  const dryRun = isDryRun(job);
  const parts = foundOf(findings).map((finding) => {
    const count = findings[finding] ?? 0;
    const { counted, countedOne } = (dryRun ? WOULD[finding] : undefined) ?? LOOKS[finding];
    const paths = finding !== 'moved' ? '' : count === 1 ? ' (two paths)' : ' (two paths each)';
    return `${formatCount(count)} ${(count === 1 ? countedOne : undefined) ?? counted}${paths}`;
  });
  const { skipped, cancelled, queued } = job.counts;
  const { moved = 0, kept = 0, unchanged = 0, withheld = 0 } = findings;
  // The other path of a file that was moved is skipped, and told with it.
  const skippedElse = skipped - moved - (dryRun ? 0 : kept + unchanged + withheld);
  if (skippedElse > 0) parts.push(`${formatCount(skippedElse)} skipped`);
  if (untold > 0) parts.push(`${formatCount(untold)} failed`);
  if (cancelled > 0) parts.push(`${formatCount(cancelled)} cancelled`);
  if (queued > 0) parts.push(`${formatCount(queued)} not run`);
  const total = totalTasks(job.counts);
  const told = Object.values(findings).reduce((sum, count) => sum + count, moved);
  const folders = total - told - Math.max(0, skippedElse) - untold - cancelled - queued;
  // One task sets what all folders of a source are set to.
  if (job.kind === 'copy' && folders > 0)
    parts.push(`${formatCount(folders)} ${folders === 1 ? 'folder' : 'folders'}`);
  const start = dryRun ? 'Dry run, nothing was written. ' : '';
  return `${start}${countText(job.kind, total)}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}.`;
}
