/** What threads are for, and what not: each with a button that has the work ready to start. */
import type { ReactNode } from 'react';
import type { ReadyWork } from '../../../common/experiments/experiment';
import { findingOf } from '../../../common/experiments/text';
import { Button } from '../../components/button';
import { POOL_SIZES, type ExperimentDraft } from '../../lib/experiment-draft';
import { compareReadyWork } from '../../state/experiment-page';
import { experimentsStore } from '../../state/experiments';
import { useInfo } from '../../state/settings';
import { useStore } from '../../state/store';
import { openNew } from './open-new';
import styles from './uses.module.css';

export function Uses() {
  const cores = useInfo()?.cores ?? 2;
  const beyond = POOL_SIZES.filter((size) => size > cores && size <= 8 * cores);
  return (
    <div className={styles['cards']}>
      <Use
        work="slow-server"
        title="Network calls"
        text="Yes: while one answer is on its way, others can be asked for. One thread with many calls in flight does it too."
      >
        <Try work="slow-server" choices={{ tasks: '200', modes: ['sequential', 'event-loop', 'pool'] }}>
          Try 200 calls
        </Try>
      </Use>
      <Use
        work="small-files"
        title="Reading and writing files"
        text="Yes, as far as the disk goes: while one thread waits for it, another computes a digest."
      >
        <Try work="small-files" choices={{ modes: ['sequential', 'pool'], size: String(Math.max(2, cores)) }}>
          Try small files
        </Try>
        <Button
          onPress={() => {
            openNew('hash');
          }}
        >
          Hash a folder
        </Button>
      </Use>
      <Use
        work="serving"
        title="Serving many clients"
        text="Yes: a thread answers while others compute, so that no client waits for the work of another."
      >
        <Try work="serving" choices={{ modes: ['sequential', 'event-loop', 'pool'] }}>
          Serve and load it
        </Try>
      </Use>
      <Use
        work="computing"
        title="Not for computing beyond the cores"
        text={`No: this machine has ${cores} ${cores === 1 ? 'core' : 'cores'}. More threads than that take turns on them and finish no sooner.`}
      >
        <Try work="computing" choices={{ modes: ['pool'], size: String(cores), poolSizes: beyond }}>
          Try more threads than cores
        </Try>
      </Use>
    </div>
  );
}

interface UseProps {
  readonly work: ReadyWork;
  readonly title: string;
  readonly text: string;
  readonly children: ReactNode;
}

function Use({ work, title, text, children }: UseProps) {
  const found = useLatestFinding(work);
  return (
    <article className={styles['card']} aria-label={title}>
      <h3 className={styles['title']}>{title}</h3>
      <p className={styles['text']}>{text}</p>
      {found !== null && <p className={styles['text']}>Here: {found}.</p>}
      <div className={styles['buttons']}>{children}</div>
    </article>
  );
}

interface TryProps {
  readonly work: ReadyWork;
  readonly choices: Partial<ExperimentDraft>;
  readonly children: string;
}

function Try({ work, choices, children }: TryProps) {
  return (
    <Button
      onPress={() => {
        compareReadyWork(work, choices);
      }}
    >
      {children}
    </Button>
  );
}

/** Of the newest experiment with this work that was looked at. */
function useLatestFinding(work: ReadyWork): string | null {
  return useStore(experimentsStore, ({ byId }) => {
    let latest: string | null = null;
    let latestId = 0;
    for (const experiment of byId.values()) {
      const { id, state, request } = experiment;
      if (state !== 'done' || id < latestId) continue;
      if (request.work.type !== 'ready' || request.work.work !== work) continue;
      latestId = id;
      latest = findingOf(experiment).headline;
    }
    return latest;
  });
}
