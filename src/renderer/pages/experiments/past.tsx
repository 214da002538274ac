/** The experiments that were made: open one, lay two side by side, remove one. */
import { text } from '../../../common/text/text';
import { useEffect, useState } from 'react';
import type { ExperimentSummary } from '../../../common/experiments/experiment';
import { findingOf } from '../../../common/experiments/text';
import { visible } from '../../../common/model/visible';
import { Button } from '../../components/button';
import { titleOf } from '../../lib/experiment-title';
import { failureText } from '../../lib/failure-text';
import { whenText } from '../../lib/text';
import { showExperiment, showTwo } from '../../state/experiment-page';
import { experimentsStore, loadExperiments, openExperiment } from '../../state/experiments';
import { notifyError } from '../../state/notices';
import { useStore } from '../../state/store';
import { openDialog } from '../../state/ui';
import styles from './past.module.css';

export function PastExperiments() {
  const { list, total, loaded } = useStore(experimentsStore, (all) => all);
  const [chosen, setChosen] = useState<readonly number[]>([]);
  const there = chosen.filter((id) => list.some((each) => each.id === id));
  const [first, second] = there;
  if (loaded && list.length === 0) {
    return <p className={styles['none']}>{text('past.none')}</p>;
  }
  const choose = (id: number, on: boolean): void => {
    // Of more than two the latest two stay.
    setChosen(on ? [...there, id].slice(-2) : there.filter((other) => other !== id));
  };
  return (
    <div className={styles['past']}>
      <div className={styles['head']}>
        <h2 className={styles['title']}>{text('past.title')}</h2>
        <p className={styles['hint']}>{text('past.hint')}</p>
        <Button
          isDisabled={first === undefined || second === undefined}
          onPress={() => {
            if (first !== undefined && second !== undefined) showTwo(first, second);
          }}
        >
          {text('past.side-by-side')}
        </Button>
      </div>
      <ul className={styles['list']} aria-label={text('past.title')}>
        {list.map((summary) => (
          <Row
            key={summary.id}
            summary={summary}
            chosen={there.includes(summary.id)}
            onChoose={(on) => {
              choose(summary.id, on);
            }}
          />
        ))}
      </ul>
      {total > list.length && (
        <Button
          look="quiet"
          onPress={() => {
            loadExperiments().catch(notifyError);
          }}
        >
          {text('past.older')}
        </Button>
      )}
    </div>
  );
}

interface RowProps {
  readonly summary: ExperimentSummary;
  readonly chosen: boolean;
  readonly onChoose: (on: boolean) => void;
}

function Row({ summary, chosen, onChoose }: RowProps) {
  const { id, state } = summary;
  const title = visible(titleOf(summary));
  return (
    <li className={styles['row']}>
      <input
        type="checkbox"
        className={styles['check']}
        aria-label={text('past.choose', { name: title, when: whenText(summary.createdAtMs) })}
        checked={chosen}
        disabled={state !== 'done'}
        onChange={(event) => {
          onChoose(event.target.checked);
        }}
      />
      <div className={styles['text']}>
        <button
          type="button"
          className={styles['open']}
          onClick={() => {
            showExperiment(id);
          }}
        >
          <Headline summary={summary} />
        </button>
        <p className={styles['second']}>
          {text('past.row', {
            when: whenText(summary.createdAtMs),
            name: title,
            count: summary.request.repeats,
          })}
        </p>
      </div>
      <button
        type="button"
        className={styles['remove']}
        disabled={state === 'running'}
        aria-label={text('past.remove.name', { name: title, when: whenText(summary.createdAtMs) })}
        onClick={() => {
          openDialog({ type: 'remove-experiment', experimentId: id });
        }}
      >
        {text('past.remove')}
      </button>
    </li>
  );
}

/** Read when the row is there: what was found is in the experiment, not in its summary. */
function Headline({ summary }: { readonly summary: ExperimentSummary }) {
  const { id, state } = summary;
  const title = visible(titleOf(summary));
  const experiment = useStore(experimentsStore, ({ byId }) => byId.get(id));
  useEffect(() => {
    if (state === 'done') openExperiment(id);
  }, [id, state]);
  if (state === 'running') return <>{text('past.running', { name: title })}</>;
  if (state === 'failed')
    return (
      <>
        {text('past.failed', {
          reason: summary.error === null ? title : visible(failureText(summary.error)),
        })}
      </>
    );
  if (state === 'cancelled') return <>{text('past.cancelled', { name: title })}</>;
  return <>{experiment === undefined ? title : findingOf(experiment).headline}</>;
}
