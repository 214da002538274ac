/** A thread by hand against a pool with an executor: five rows, each with a figure that was measured here. */
import { text } from '../../../common/text/text';
import { useEffect, useId, useState } from 'react';
import type { CodeSample, CodeSamples } from '../../../common/experiments/thread-costs';
import { request } from '../../bridge';
import { Button } from '../../components/button';
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
        which={which}
        isShown={shown === which}
        codeId={codeId}
        onPress={() => {
          setShown(shown === which ? null : which);
        }}
      />
    );
  return (
    <>
      <div className={styles['scroller']} role="region" aria-label={text('costs.label')} tabIndex={0}>
        <table className={styles['table']}>
          <thead>
            <tr>
              <td />
              <th scope="col">{text('costs.by-hand')}</th>
              <th scope="col">{text('costs.pool')}</th>
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
              <th scope="row">{text('costs.simplicity')}</th>
              <td>{sample('byHand')}</td>
              <td>{sample('pool')}</td>
            </tr>
          </tbody>
        </table>
      </div>
      {samples !== null && shown !== null && (
        <pre id={codeId} className={styles['code']} tabIndex={0} aria-label={text('costs.code')}>
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
  readonly which: keyof CodeSamples;
  readonly isShown: boolean;
  readonly codeId: string;
  readonly onPress: () => void;
}

function ShowCode({ sample, which, isShown, codeId, onPress }: ShowCodeProps) {
  const act = isShown ? 'hide' : 'show';
  return (
    <>
      {text('costs.lines', { count: sample.lines })}{' '}
      <Button
        look="link"
        aria-label={text(`costs.${act}.${which}`)}
        aria-expanded={isShown}
        {...(isShown ? { 'aria-controls': codeId } : {})}
        onPress={onPress}
      >
        {text(`costs.${act}`)}
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
          aria-label={text('costs.cancel.name')}
          onPress={() => {
            stopMeasuring();
          }}
        >
          {text('common.cancel')}
        </Button>
        <p className={styles['note']}>
          {progress.total === 0
            ? text('costs.stand')
            : text('costs.progress', { done: progress.done + 1, total: progress.total })}
        </p>
      </div>
    );
  }
  return (
    <div className={styles['line']}>
      <Button
        aria-label={text(costs === null ? 'costs.measure.name' : 'costs.again.name')}
        isDisabled={busy}
        onPress={() => void measureThreads()}
      >
        {text(costs === null ? 'costs.measure' : 'costs.again')}
      </Button>
      <p className={styles['note']} role={error === null ? undefined : 'alert'}>
        {error ?? (busy ? text('threads.other-runs') : costs === null ? text('costs.note') : costNote(costs))}
      </p>
    </div>
  );
}
