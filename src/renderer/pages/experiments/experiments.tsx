/** What threads really gain: experiments, measured and shown in one picture. */
import { text } from '../../../common/text/text';
import { useEffect, type ReactNode } from 'react';
import { EXPERIMENT_FORMATS, type Experiment } from '../../../common/experiments/experiment';
import { visible } from '../../../common/model/visible';
import { Button } from '../../components/button';
import { MenuButton } from '../../components/menu';
import { titleOf } from '../../lib/experiment-title';
import { requestOf, runText } from '../../lib/experiment-draft';
import {
  cancelExperiment,
  experimentViewStore,
  draftStore,
  exportExperiment,
  showExperimentList,
  startExperiment,
  startingStore,
} from '../../state/experiment-page';
import { experimentsStore, isHidden, openExperiment, useExperiment } from '../../state/experiments';
import { watchJob } from '../../state/frames';
import { useInfo } from '../../state/settings';
import { useStore } from '../../state/store';
import { PastExperiments } from './past';
import { Result } from './result';
import { Setup } from './setup';
import pageStyles from '../page.module.css';
import styles from './experiments.module.css';

export function ExperimentsPage() {
  const view = useStore(experimentViewStore, (now) => now);
  const shown = useShownExperiment();
  useEffect(() => {
    watchJob(null);
  }, []);
  return (
    <div className={pageStyles['page']}>
      <header className={`${pageStyles['header'] ?? ''} ${styles['header'] ?? ''}`}>
        <h1 className={pageStyles['title']}>{text('page.compare')}</h1>
        <PageButtons shown={view.type === 'result' ? shown : null} />
      </header>
      <div className={styles['body']}>
        {view.type !== 'two' && (
          <Setup shown={view.type === 'result' && shown?.state !== 'running' ? shown : null} />
        )}
        <Scroller key={`${view.type}-${shown?.id ?? ''}`}>
          {view.type === 'list' ? (
            <PastExperiments />
          ) : view.type === 'two' ? (
            <SideBySide ids={view.ids} />
          ) : shown === null ? (
            <Nothing />
          ) : (
            <Result experiment={shown} />
          )}
        </Scroller>
      </div>
    </div>
  );
}

/** Scrolls, and so has to be reachable by keyboard. */
function Scroller({ children }: { readonly children: ReactNode }) {
  return (
    <div className={styles['scroller']} role="region" aria-label={text('compare.result')} tabIndex={0}>
      {children}
    </div>
  );
}

/** The one that was chosen, else the one that runs, else the newest. */
function useShownExperiment(): Experiment | null {
  const view = useStore(experimentViewStore, (now) => now);
  const newest = useStore(experimentsStore, ({ list, runningId }) =>
    runningId !== null && !isHidden(runningId) ? runningId : (list[0]?.id ?? null),
  );
  const chosen = view.type === 'result' ? view.id : null;
  const isThere = useStore(experimentsStore, ({ list }) => list.some(({ id }) => id === chosen));
  const id = chosen !== null && isThere ? chosen : newest;
  useEffect(() => {
    if (id !== null) openExperiment(id);
  }, [id]);
  return useExperiment(id);
}

function PageButtons({ shown }: { readonly shown: Experiment | null }) {
  const view = useStore(experimentViewStore, (now) => now);
  const draft = useStore(draftStore, (now) => now);
  const starting = useStore(startingStore, (now) => now);
  const runningId = useStore(experimentsStore, (all) => all.runningId);
  const count = useStore(experimentsStore, ({ list }) => list.length);
  const cores = useInfo()?.cores ?? 1;
  const request = requestOf(draft);
  return (
    <>
      {view.type === 'result' ? (
        <Button isDisabled={count === 0} onPress={showExperimentList}>
          {text('compare.experiments')}
        </Button>
      ) : (
        <Button
          onPress={() => {
            experimentViewStore.set(view.type === 'two' ? { type: 'list' } : { type: 'result', id: null });
          }}
        >
          {text('compare.back')}
        </Button>
      )}
      {shown?.state === 'done' && (
        <MenuButton
          label={text('compare.export')}
          entries={EXPERIMENT_FORMATS.map((id) => ({ id, text: text(`compare.format.${id}`) }))}
          onAction={(id) => {
            const format = EXPERIMENT_FORMATS.find((each) => each === id);
            if (format !== undefined) exportExperiment(shown.id, format);
          }}
        >
          {text('compare.export')} <span aria-hidden="true">▾</span>
        </MenuButton>
      )}
      {runningId !== null ? (
        <Button
          onPress={() => {
            cancelExperiment(runningId);
          }}
        >
          {text('common.cancel')}
        </Button>
      ) : view.type === 'two' ? null : (
        <Button
          look="primary"
          isDisabled={request === null || starting}
          onPress={() => {
            if (request !== null) startExperiment(request);
          }}
        >
          {runText(draft, cores, shown?.request ?? null)}
        </Button>
      )}
    </>
  );
}

function Nothing() {
  return (
    <div className={styles['nothing']}>
      <p className={styles['purpose']}>{text('compare.purpose')} </p>
      <p className={styles['hint']}>{text('compare.hint')}</p>
    </div>
  );
}

function SideBySide({ ids }: { readonly ids: readonly [number, number] }) {
  return (
    <div className={styles['two']}>
      {ids.map((id, index) => (
        <One key={id} id={id} side={text(index === 0 ? 'compare.older' : 'compare.newer')} />
      ))}
    </div>
  );
}

function One({ id, side }: { readonly id: number; readonly side: string }) {
  const experiment = useExperiment(id);
  if (experiment === null) return <div />;
  return (
    <article
      className={styles['one']}
      aria-label={text('compare.sided', { name: visible(titleOf(experiment)), side })}
    >
      <p className={styles['oneTitle']}>{visible(titleOf(experiment))}</p>
      <Result experiment={experiment} side={side} />
    </article>
  );
}
