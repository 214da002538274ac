/** A field for a digest, which says at once which files of the job have it. */
import { useState } from 'react';
import { ALGORITHM_NAMES } from '../../common/model/digests';
import { isEnded, type JobSummary } from '../../common/model/jobs';
import { algorithmsOf, pastedDigest } from '../../common/model/pasted-digest';
import { settledTasks, type TaskRow } from '../../common/model/tasks';
import { formatCount } from '../../common/model/units';
import { visible } from '../../common/model/visible';
import { useRequest } from '../lib/use-request';
import styles from './digest-check.module.css';

const ASK_AGAIN_MS = 1000;

interface DigestCheckProps {
  readonly job: JobSummary;
  /** The file was pressed. */
  readonly onShow: (row: TaskRow) => void;
}

export function DigestCheck({ job, onShow }: DigestCheckProps) {
  const [text, setText] = useState('');
  const digest = pastedDigest(text);
  const ended = isEnded(job.state);
  const found = useRequest('tasks:with-digest', digest === null ? null : { jobId: job.id, digest }, {
    everyMs: ended ? null : ASK_AGAIN_MS,
    version: ended ? `${job.endedAtMs} ${settledTasks(job.counts)}` : '',
  });
  const [first] = found?.rows ?? [];
  return (
    <div className={styles['check']}>
      <input
        type="text"
        className={styles['field']}
        aria-label="Paste a digest to check"
        placeholder="Paste a digest to check"
        spellCheck={false}
        maxLength={5000}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') setText('');
        }}
      />
      <div role="status" className={styles['answer']} data-tone={toneOf(text, found?.total)}>
        {first === undefined ? (
          text.trim() !== '' && noneText(job, digest, found === null)
        ) : (
          <button
            type="button"
            className={styles['found']}
            onClick={() => {
              onShow(first);
            }}
          >
            <span aria-hidden="true">✓ </span>
            {algorithmText(job, first, digest)} of {visible(first.name)}
            {found !== null && found.total > 1 && ` and ${formatCount(found.total - 1)} more`}
          </button>
        )}
      </div>
    </div>
  );
}

function toneOf(text: string, total: number | undefined): string | undefined {
  if (total === undefined || text.trim() === '') return undefined;
  return total > 0 ? 'done' : 'failed';
}

function algorithmText(job: JobSummary, { digests }: TaskRow, digest: string | null): string {
  const algorithm = job.algorithms.find((each) => digests?.[each] === digest);
  return algorithm === undefined ? 'Digest' : ALGORITHM_NAMES[algorithm];
}

function noneText(job: JobSummary, digest: string | null, asks: boolean): string {
  if (digest === null) return 'This is not a digest.';
  const own = job.algorithms.map((algorithm) => ALGORITHM_NAMES[algorithm]).join(', ');
  if (!algorithmsOf(digest).some((algorithm) => job.algorithms.some((each) => each === algorithm)))
    return `It has ${digest.length} digits. The digests here are ${own}.`;
  if (asks) return '';
  return isEnded(job.state) ? 'No file here has this digest.' : 'No file has this digest so far.';
}
