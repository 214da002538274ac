/** What threads are for, and what not: each with a button that has the work ready to start. */
import type { ReactNode } from 'react';
import type { ReadyWork } from '../../../common/experiments/experiment';
import { text } from '../../../common/text/text';
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
      <Use work="slow-server" title={text('uses.network')} note={text('uses.network.note')}>
        <Try work="slow-server" choices={{ tasks: '200', modes: ['sequential', 'event-loop', 'pool'] }}>
          {text('uses.network.try')}
        </Try>
      </Use>
      <Use work="small-files" title={text('uses.files')} note={text('uses.files.note')}>
        <Try work="small-files" choices={{ modes: ['sequential', 'pool'], size: String(Math.max(2, cores)) }}>
          {text('uses.files.try')}
        </Try>
        <Button
          onPress={() => {
            openNew('hash');
          }}
        >
          {text('replay.hash')}
        </Button>
      </Use>
      <Use work="serving" title={text('uses.serving')} note={text('uses.serving.note')}>
        <Try work="serving" choices={{ modes: ['sequential', 'event-loop', 'pool'] }}>
          {text('uses.serving.try')}
        </Try>
      </Use>
      <Use work="computing" title={text('uses.computing')} note={text('uses.computing.note', { cores })}>
        <Try work="computing" choices={{ modes: ['pool'], size: String(cores), poolSizes: beyond }}>
          {text('uses.computing.try')}
        </Try>
      </Use>
    </div>
  );
}

interface UseProps {
  readonly work: ReadyWork;
  readonly title: string;
  readonly note: string;
  readonly children: ReactNode;
}

function Use({ work, title, note, children }: UseProps) {
  const found = useLatestFinding(work);
  return (
    <article className={styles['card']} aria-label={title}>
      <h3 className={styles['title']}>{title}</h3>
      <p className={styles['text']}>{note}</p>
      {found !== null && <p className={styles['text']}>{text('uses.found', { found })}</p>}
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
