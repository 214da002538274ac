/** A thread by hand against a pool with an executor: five rows, each with a figure that was measured here. */
import { useEffect, useId, useState } from 'react';
import type { CodeSample, CodeSamples } from '../../../common/experiments/thread-costs';
import { request } from '../../bridge';
import { Button } from '../../components/button';
import { plural } from '../../lib/text';
import { costNote, costRows } from '../../lib/thread-costs-text';
import { notifyError } from '../../state/notices';
import { experimentsStore } from '../../state/experiments';
import { useStore } from '../../state/store';
import { costsStore, measureThreads, stopMeasuring } from '../../state/thread-costs';
import styles from './costs-table.module.css';

export function CostsTable() {
  const { costs } = useStore(costsStore, (all) => all);
  const samples = useSamples();
  const [shown, setShown] = useState<keyof CodeSamples | null>(null);
  const codeId = useId();
  const sample = (which: keyof CodeSamples) =>
    samples !== null && (
      <ShowCode
        sample={samples[which]}
        what={which === 'byHand' ? 'by hand' : 'with an executor'}
        isShown={shown === which}
        codeId={codeId}
        onPress={() => {
          setShown(shown === which ? null : which);
        }}
      />
    );
  return (
    <>
      <div className={styles['scroller']} role="region" aria-label="What each way costs" tabIndex={0}>
        <table className={styles['table']}>
          <thead>
            <tr>
              <td />
              <th scope="col">A thread for each task</th>
              <th scope="col">Pool with an executor</th>
            </tr>
          </thead>
          <tbody>
            {costRows(costs).map(({ name, byHand, pool }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{byHand}</td>
                <td>{pool}</td>
              </tr>
            ))}
            <tr>
              <th scope="row">Simplicity</th>
              <td>{sample('byHand')}</td>
              <td>{sample('pool')}</td>
            </tr>
          </tbody>
        </table>
      </div>
      {samples !== null && shown !== null && (
        <pre id={codeId} className={styles['code']} tabIndex={0} aria-label="Code">
          <code>{samples[shown].code}</code>
        </pre>
      )}
      <Measuring />
    </>
  );
}

function useSamples(): CodeSamples | null {
  const [samples, setSamples] = useState<CodeSamples | null>(null);
  useEffect(() => {
    request('threads:samples', undefined).then(setSamples, notifyError);
  }, []);
  return samples;
}

interface ShowCodeProps {
  readonly sample: CodeSample;
  readonly what: string;
  readonly isShown: boolean;
  readonly codeId: string;
  readonly onPress: () => void;
}

function ShowCode({ sample, what, isShown, codeId, onPress }: ShowCodeProps) {
  return (
    <>
      {plural(sample.lines, 'line', 'lines')}{' '}
      <Button
        look="link"
        aria-label={`${isShown ? 'Hide' : 'Show'} the code ${what}`}
        aria-expanded={isShown}
        {...(isShown ? { 'aria-controls': codeId } : {})}
        onPress={onPress}
      >
        {isShown ? 'hide' : 'show'}
      </Button>
    </>
  );
}

function Measuring() {
  const { costs, progress, error } = useStore(costsStore, (all) => all);
  const busy = useStore(experimentsStore, (all) => all.runningId !== null);
  if (progress !== null) {
    return (
      <div className={styles['line']}>
        <Button
          aria-label="Cancel measuring threads"
          onPress={() => {
            stopMeasuring();
          }}
        >
          Cancel
        </Button>
        <p className={styles['note']}>
          {progress.total === 0
            ? 'Jobs are brought to a stand.'
            : `Measurement ${progress.done + 1} of ${progress.total} at most. Jobs stand still meanwhile.`}
        </p>
      </div>
    );
  }
  return (
    <div className={styles['line']}>
      <Button
        aria-label={costs === null ? 'Measure it here: what threads cost' : 'Run again: what threads cost'}
        isDisabled={busy}
        onPress={() => void measureThreads()}
      >
        {costs === null ? 'Measure it here' : 'Run again'}
      </Button>
      <p className={styles['note']} role={error === null ? undefined : 'alert'}>
        {error ??
          (busy
            ? 'Another experiment runs.'
            : costs === null
              ? 'It takes about half a minute, in separate processes: 300 threads at once may need several gigabytes of memory.'
              : costNote(costs))}
      </p>
    </div>
  );
}
