/** Words and tones of what was found. Pure. */
import { FINDINGS, type Finding, type FindingCounts } from '../../common/model/tasks';
import type { JobSummary } from '../../common/model/jobs';
import { formatCount } from '../../common/model/units';

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
  kept: { word: 'Kept', counted: 'kept as they were', tone: 'idle' },
  deleted: { word: 'Deleted', counted: 'deleted', tone: 'waiting' },
  withheld: { word: 'Not deleted', counted: 'not deleted', tone: 'waiting' },
  clash: { word: 'Clash', counted: 'clashes', countedOne: 'clash', tone: 'failed' },
};

/** What a dry run says instead: nothing happened yet. */
const WOULD: Readonly<Partial<Record<Finding, { readonly word: string; readonly counted: string }>>> = {
  new: { word: 'Would copy', counted: 'would be copied' },
  replaced: { word: 'Would replace', counted: 'would be replaced' },
  numbered: { word: 'Would number', counted: 'would get a number' },
  updated: { word: 'Would update', counted: 'would be updated' },
  kept: { word: 'Would keep', counted: 'would be kept as they are' },
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
 * `12,034 files: 12,030 ok, 3 changed, 1 missing.`
 * @param untold failed tasks without a finding
 */
export function findingsSentence(job: JobSummary, findings: FindingCounts, untold: number): string {
  const dryRun = isDryRun(job);
  const parts = foundOf(findings).map((finding) => {
    const count = findings[finding] ?? 0;
    const { counted, countedOne } = LOOKS[finding];
    const would = dryRun ? WOULD[finding]?.counted : undefined;
    return `${formatCount(count)} ${would ?? (count === 1 ? countedOne : undefined) ?? counted}`;
  });
  // Not all tasks are files: folders get their times, and the other end of a file that was moved is told with it.
  const total = Object.values(findings).reduce((sum, count) => sum + count, untold);
  if (untold > 0) parts.push(`${formatCount(untold)} failed`);
  const start = dryRun ? 'Dry run, nothing was written. ' : '';
  const files = `${formatCount(total)} ${total === 1 ? 'file' : 'files'}`;
  return `${start}${files}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}.`;
}
