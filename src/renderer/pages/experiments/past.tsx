/** The experiments that were made: open one, lay two side by side, remove one. */
import { useEffect, useState } from 'react';
import type { ExperimentSummary } from '../../../common/experiments/experiment';
import { findingOf } from '../../../common/experiments/text';
import { formatCount } from '../../../common/model/units';
import { visible } from '../../../common/model/visible';
import { Button } from '../../components/button';
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
    return (
      <p className={styles['none']}>Every experiment that you run is listed here, with what it found.</p>
    );
  }
  const choose = (id: number, on: boolean): void => {
    // Of more than two the latest two stay.
    setChosen(on ? [...there, id].slice(-2) : there.filter((other) => other !== id));
  };
  return (
    <div className={styles['past']}>
      <div className={styles['head']}>
        <h2 className={styles['title']}>Experiments</h2>
        <p className={styles['hint']}>Choose two to see them side by side.</p>
        <Button
          isDisabled={first === undefined || second === undefined}
          onPress={() => {
            if (first !== undefined && second !== undefined) showTwo(first, second);
          }}
        >
          Side by side
        </Button>
      </div>
      <ul className={styles['list']} aria-label="Experiments">
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
          Show older
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
  const title = visible(summary.title);
  return (
    <li className={styles['row']}>
      <input
        type="checkbox"
        className={styles['check']}
        aria-label={`Choose ${title} of ${whenText(summary.createdAtMs)}`}
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
          {whenText(summary.createdAtMs)} · {title} · {formatCount(summary.request.repeats)} runs of each
        </p>
      </div>
      <button
        type="button"
        className={styles['remove']}
        disabled={state === 'running'}
        aria-label={`Remove ${title} of ${whenText(summary.createdAtMs)}`}
        onClick={() => {
          openDialog({ type: 'remove-experiment', experimentId: id });
        }}
      >
        Remove
      </button>
    </li>
  );
}

/** Read when the row is there: what was found is in the experiment, not in its summary. */
function Headline({ summary }: { readonly summary: ExperimentSummary }) {
  const { id, state } = summary;
  const title = visible(summary.title);
  const experiment = useStore(experimentsStore, ({ byId }) => byId.get(id));
  useEffect(() => {
    if (state === 'done') openExperiment(id);
  }, [id, state]);
  if (state === 'running') return <>Running: {title}</>;
  if (state === 'failed') return <>Failed: {visible(summary.error?.message ?? title)}</>;
  if (state === 'cancelled') return <>Cancelled: {title}</>;
  return <>{experiment === undefined ? title : findingOf(experiment).headline}</>;
}
