/** What has become of a job, in one sentence: the last thing that the terminal says. */
import { FINDINGS, type Finding, type FindingCounts } from '../common/model/tasks';
import type { JobSummary } from '../common/model/jobs';
import { formatBytes, formatCount, formatDuration } from '../common/model/units';

const FINDING_WORDS: Readonly<Partial<Record<Finding, string>>> = {
  'only-left': 'only left',
  'only-right': 'only right',
  'hard-link': 'hard links',
  withheld: 'not deleted',
};

function findingsText(findings: FindingCounts): string {
  return FINDINGS.flatMap((finding) => {
    const count = findings[finding] ?? 0;
    return count === 0 ? [] : [`${formatCount(count)} ${FINDING_WORDS[finding] ?? finding}`];
  }).join(', ');
}

function verbOf({ kind, variant }: JobSummary): string {
  if (kind !== 'copy' && variant !== 'plain') return 'compared';
  return { download: 'downloaded', hash: 'hashed', verify: 'verified', copy: 'copied' }[kind];
}

/** @param untold failed tasks that no finding tells of */
export function jobSentence(job: JobSummary, all: FindingCounts, dryRun: boolean, untold: number): string {
  if (dryRun) {
    const parts = [findingsText(all), untold > 0 ? `${formatCount(untold)} failed` : ''].filter(Boolean);
    const found = parts.length === 0 ? 'nothing to do' : parts.join(', ');
    return `nothing was written; it would be: ${found} (${formatBytes(job.bytesDone)} to copy)`;
  }
  const parts = job.kind === 'copy' ? copyParts(job, all) : otherParts(job, all);
  if (job.counts.cancelled > 0) parts.push(`${formatCount(job.counts.cancelled)} cancelled`);
  return `${parts.join(', ')} in ${formatDuration(job.elapsedMs)}`;
}

/** Of files and links: the task that sets what folders have is none of them, and what was deleted is not copied. */
function copyParts({ counts, bytesDone }: JobSummary, all: FindingCounts): string[] {
  const { new: made = 0, replaced = 0, numbered = 0, unchanged = 0, kept = 0, withheld = 0 } = all;
  const among = findingsText({ replaced, numbered });
  const bytes = formatBytes(bytesDone);
  const parts = [
    `${formatCount(made + replaced + numbered)} copied (${among === '' ? bytes : `${bytes}; ${among}`})`,
  ];
  const found = findingsText({ ...all, new: 0, replaced: 0, numbered: 0, clash: 0 });
  if (found !== '') parts.push(found);
  const skipped = counts.skipped - unchanged - kept - withheld;
  if (skipped > 0) parts.push(`${formatCount(skipped)} skipped`);
  if (counts.failed > 0) parts.push(`${formatCount(counts.failed)} failed`);
  return parts;
}

function otherParts(job: JobSummary, all: FindingCounts): string[] {
  const { done, failed, skipped } = job.counts;
  // What differs has been compared too.
  const compared = job.variant === 'folders' ? done + failed : done;
  const parts = [`${formatCount(compared)} ${verbOf(job)} (${formatBytes(job.bytesDone)})`];
  const found = findingsText(all);
  if (found !== '') parts.push(found);
  if (skipped > 0) parts.push(`${formatCount(skipped)} skipped`);
  // What verifying found has said already how many these are.
  if (failed > 0 && job.kind !== 'verify') parts.push(`${formatCount(failed)} failed`);
  return parts;
}
