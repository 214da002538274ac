/** What came of an ended job in a sentence, and what can be decided now. */
import { isEnded, type FindingCounts, type JobSummary } from '../../common/model';
import { formatCount } from '../../common/units';
import { Button } from '../components/button';
import { findingsSentence, foundOf, isDryRun } from '../lib/findings';
import { runDry } from '../state/actions';
import styles from './outcome.module.css';

interface OutcomeProps {
  readonly job: JobSummary;
  readonly findings: FindingCounts;
}

export function Outcome({ job, findings }: OutcomeProps) {
  if (!isEnded(job.state) || foundOf(findings).length === 0) return null;
  return (
    <div className={styles['outcome']}>
      <p className={styles['text']}>{findingsSentence(job, findings)}</p>
      {isDryRun(job) && job.state === 'done' && <StartForReal job={job} findings={findings} />}
    </div>
  );
}

/** Only from here does a mirror delete: after its whole dry run was shown. */
function StartForReal({ job, findings }: OutcomeProps) {
  const mirror = job.copyOptions?.mirror === true;
  if (mirror && job.counts.failed > 0) {
    return (
      <p className={styles['note']}>
        Not everything could be seen, so nothing is deleted. Mend it and look again.
      </p>
    );
  }
  const deleted = findings.deleted ?? 0;
  return (
    <Button
      look={deleted > 0 ? 'danger' : 'plain'}
      onPress={() => {
        runDry(job.id);
      }}
    >
      {deleted > 0 ? `Copy and delete ${formatCount(deleted)}` : 'Copy now'}
    </Button>
  );
}
