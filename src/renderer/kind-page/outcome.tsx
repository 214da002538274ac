/** What came of an ended job in a sentence, and what can be decided now. */
import type { CopyPolicy } from '../../common/model/copy-options';
import { isEnded, type JobSummary } from '../../common/model/jobs';
import type { FindingCounts } from '../../common/model/tasks';
import { text } from '../../common/text/text';
import { Button } from '../components/button';
import { storedText } from '../lib/failure-text';
import { findingsSentence, foundOf, isDryRun } from '../lib/findings';
import { runOf } from '../lib/run-of';
import { useRequest } from '../lib/use-request';
import { runDry, settleExisting } from '../state/actions';
import styles from './outcome.module.css';

interface OutcomeProps {
  readonly job: JobSummary;
  readonly findings: FindingCounts;
}

export function Outcome({ job, findings }: OutcomeProps) {
  const ended = isEnded(job.state);
  const failures = useRequest('jobs:failures', ended && job.counts.failed > 0 ? { jobId: job.id } : null, {
    version: `${runOf(job)} ${job.counts.failed}`,
  });
  const notDeleted = findings.withheld ?? 0;
  const withheld = useRequest('jobs:withheld', ended && notDeleted > 0 ? { jobId: job.id } : null, {
    version: `${runOf(job)} ${notDeleted}`,
  });
  // Said at once and right, not first without its failures.
  if (!ended || (job.counts.failed > 0 && failures === null)) return null;
  const { all, existing } = failures ?? { all: 0, existing: 0 };
  const found = foundOf(findings).length > 0;
  if (!found && existing === 0) return null;
  return (
    <>
      {found && (
        <div className={styles['outcome']}>
          <p className={styles['text']}>
            {findingsSentence(job, findings, all)}
            {notDeleted > 0 && withheld !== null && ` ${storedText(withheld)}`}
          </p>
          {isDryRun(job) && job.state === 'done' && <StartForReal job={job} findings={findings} />}
        </div>
      )}
      {job.kind === 'copy' && existing > 0 && <AskExisting job={job} existing={existing} />}
    </>
  );
}

/** Only from here does a mirror delete: after its whole dry run was shown. */
function StartForReal({ job, findings }: OutcomeProps) {
  const mirror = job.copyOptions?.mirror === true;
  if (mirror && job.counts.failed > 0) {
    return <p className={styles['note']}>{text('outcome.not-all-read')}</p>;
  }
  const deleted = findings.deleted ?? 0;
  return (
    <Button
      look={deleted > 0 ? 'danger' : 'plain'}
      onPress={() => {
        runDry(job.id);
      }}
    >
      {deleted > 0 ? text('outcome.copy-and-delete', { count: deleted }) : text('outcome.copy-now')}
    </Button>
  );
}

const ANSWERS: readonly Exclude<CopyPolicy, 'refuse'>[] = ['overwrite', 'newer', 'number', 'skip'];

/** Asked once for all. */
function AskExisting({ job, existing }: { readonly job: JobSummary; readonly existing: number }) {
  const isMirror = job.copyOptions?.mirror === true;
  // A mirror has no place for numbered copies.
  const answers = ANSWERS.filter((policy) => policy !== 'number' || !isMirror);
  return (
    <section
      className={`${styles['outcome'] ?? ''} ${styles['ask'] ?? ''}`}
      aria-label={text('outcome.existing')}
    >
      <p className={styles['text']}>{text('outcome.existing.ask', { count: existing })}</p>
      <div className={styles['answers']} role="group" aria-label={text('outcome.existing.answers')}>
        {answers.map((policy) => (
          <Button
            key={policy}
            aria-label={text(`outcome.${policy}.note`)}
            onPress={() => {
              settleExisting(job.id, policy);
            }}
          >
            {text(`outcome.${policy}`)}
          </Button>
        ))}
      </div>
    </section>
  );
}
