/** Words and tones of what was found. Pure. */
import { FINDINGS, totalTasks, type Finding, type FindingCounts } from '../../common/model/tasks';
import type { JobSummary } from '../../common/model/jobs';
import { text } from '../../common/text/text';
import { countText } from '../kinds';

/** How a task's word looks. */
export type TaskTone = 'running' | 'done' | 'failed' | 'waiting' | 'idle';

/** Red is for what failed; what merely differs is amber. */
const TONES: Readonly<Record<Finding, TaskTone>> = {
  ok: 'done',
  changed: 'failed',
  missing: 'failed',
  unreadable: 'failed',
  extra: 'waiting',
  same: 'done',
  different: 'waiting',
  'only-left': 'waiting',
  'only-right': 'waiting',
  moved: 'running',
  duplicate: 'waiting',
  unique: 'idle',
  'hard-link': 'idle',
  new: 'done',
  replaced: 'waiting',
  numbered: 'done',
  unchanged: 'idle',
  updated: 'done',
  kept: 'idle',
  deleted: 'waiting',
  withheld: 'waiting',
  clash: 'failed',
};

/** Those that a dry run tells otherwise: nothing happened yet. */
const WOULD = ['new', 'replaced', 'numbered', 'updated', 'kept', 'deleted', 'withheld'] as const;
type Would = (typeof WOULD)[number];

function isWould(finding: Finding): finding is Would {
  return WOULD.some((each) => each === finding);
}

export function isDryRun(job: JobSummary): boolean {
  return job.copyOptions?.dryRun === true;
}

export function findingWord(finding: Finding, dryRun: boolean): string {
  return dryRun && isWould(finding) ? text(`finding.${finding}.would`) : text(`finding.${finding}.word`);
}

/** In an enumeration: `3 changed`. */
function countedText(finding: Finding, count: number, dryRun: boolean): string {
  return dryRun && isWould(finding)
    ? text(`finding.${finding}.would-counted`, { count })
    : text(`finding.${finding}.counted`, { count });
}

export function findingTone(finding: Finding): TaskTone {
  return TONES[finding];
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
  const parts = foundOf(findings).map((finding) => countedText(finding, findings[finding] ?? 0, dryRun));
  const { skipped, cancelled, queued } = job.counts;
  const { moved = 0, kept = 0, unchanged = 0, withheld = 0 } = findings;
  // The other path of a file that was moved is skipped, and told with it.
  const skippedElse = skipped - moved - (dryRun ? 0 : kept + unchanged + withheld);
  if (skippedElse > 0) parts.push(text('findings.skipped', { count: skippedElse }));
  if (untold > 0) parts.push(text('findings.failed', { count: untold }));
  if (cancelled > 0) parts.push(text('findings.cancelled', { count: cancelled }));
  if (queued > 0) parts.push(text('findings.not-run', { count: queued }));
  const total = totalTasks(job.counts);
  const told = Object.values(findings).reduce((sum, count) => sum + count, moved);
  const folders = total - told - Math.max(0, skippedElse) - untold - cancelled - queued;
  // One task sets what all folders of a source are set to.
  if (job.kind === 'copy' && folders > 0) parts.push(text('findings.folders', { count: folders }));
  const all = countText(job.kind, total);
  if (parts.length === 0) return text(dryRun ? 'findings.dry-run.none' : 'findings.sum.none', { all });
  return text(dryRun ? 'findings.dry-run' : 'findings.sum', { all, parts: parts.join(', ') });
}
