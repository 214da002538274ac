/** How threads work here: in plain words, each claim with a button that runs it on this machine. */
import { text } from '../../../common/text/text';
import { useEffect, useState, type ReactNode } from 'react';
import { visible } from '../../../common/model/visible';
import { Button } from '../../components/button';
import { failureText } from '../../lib/failure-text';
import { inShort } from '../../lib/thread-costs-text';
import { CLAIMS, outcomeOf, threadsText, type Claim, type ClaimOutcome } from '../../lib/thread-claims';
import { claimsStore, runClaim, type ClaimRun } from '../../state/claims';
import { cancelExperiment } from '../../state/experiment-page';
import { experimentsStore, useExperiment, useExperimentFrame } from '../../state/experiments';
import { watchJob } from '../../state/frames';
import { costsStore, measureThreads } from '../../state/thread-costs';
import { useStore } from '../../state/store';
import pageStyles from '../page.module.css';
import { Bars } from '../experiments/bars';
import { ServingStrips } from '../experiments/serving-strips';
import { CostsTable } from './costs-table';
import { OwnJob } from './replay';
import styles from './threads.module.css';
import { Uses } from './uses';

export function ThreadsPage() {
  useEffect(() => {
    watchJob(null);
  }, []);
  return (
    <div className={pageStyles['page']}>
      <header className={pageStyles['header']}>
        <h1 className={pageStyles['title']}>{text('threads.title')}</h1>
        <RunAll />
      </header>
      {/* Scrolls, and so has to be reachable by keyboard. */}
      <div className={styles['scroller']} role="region" aria-label={text('threads.title')} tabIndex={0}>
        <Block id="in-short" title={text('threads.in-short')}>
          <InShort />
          <OwnJob />
        </Block>
        <Block id="costs" title={text('threads.costs')}>
          <CostsTable />
        </Block>
        <Block id="uses" title={text('threads.uses')}>
          <Uses />
        </Block>
        <p className={styles['intro']}>{text('threads.intro')} </p>
        {CLAIMS.map((claim) => (
          <Part key={claim.id} claim={claim} />
        ))}
      </div>
    </div>
  );
}

interface BlockProps {
  readonly id: string;
  readonly title: string;
  readonly children: ReactNode;
}

function Block({ id, title, children }: BlockProps) {
  return (
    <section className={styles['block']} aria-labelledby={id}>
      <h2 id={id} className={styles['heading']}>
        {title}
      </h2>
      {children}
    </section>
  );
}

function InShort() {
  const costs = useStore(costsStore, (all) => all.costs);
  return (
    <ul className={styles['short']}>
      {inShort(costs).map((sentence) => (
        <li key={sentence}>{sentence}</li>
      ))}
    </ul>
  );
}

/** What threads cost, and then each claim. */
function RunAll() {
  const runningId = useStore(experimentsStore, (all) => all.runningId);
  const measures = useStore(costsStore, (all) => all.progress !== null);
  const [runs, setRuns] = useState(false);
  const runAll = async (): Promise<void> => {
    setRuns(true);
    let goesOn = await measureThreads();
    for (const claim of CLAIMS) {
      if (!goesOn) break;
      await runClaim(claim);
      // Who cancels one of them has seen enough.
      goesOn = claimsStore.get().get(claim.id)?.experiment?.state === 'done';
    }
    setRuns(false);
  };
  return (
    <Button isDisabled={runs || measures || runningId !== null} onPress={() => void runAll()}>
      {text('threads.run-all')}
    </Button>
  );
}

function Part({ claim }: { readonly claim: Claim }) {
  const run = useStore(claimsStore, (runs) => runs.get(claim.id) ?? null);
  return (
    <section className={styles['part']} aria-labelledby={`claim-${claim.id}`}>
      <div className={styles['words']}>
        <h2 id={`claim-${claim.id}`} className={styles['heading']}>
          {text(`claim.${claim.id}.title`)}
        </h2>
        {(['text-1', 'text-2'] as const).map((part) => (
          <p key={part} className={styles['text']}>
            {text(`claim.${claim.id}.${part}`)}
          </p>
        ))}
      </div>
      <div className={styles['trial']}>
        <p className={styles['claim']}>{text(`claim.${claim.id}.claim`)}</p>
        <RunButton claim={claim} run={run} />
        {run !== null && <Outcome claim={claim} run={run} />}
      </div>
    </section>
  );
}

function RunButton({ claim, run }: { readonly claim: Claim; readonly run: ClaimRun | null }) {
  const runningId = useStore(experimentsStore, (all) => all.runningId);
  const id = run?.experimentId ?? null;
  const runsHere = id !== null && runningId === id;
  if (runsHere) {
    return (
      <Button
        aria-label={text('threads.cancel', { name: text(`claim.${claim.id}.title`) })}
        onPress={() => {
          cancelExperiment(id);
        }}
      >
        {text('common.cancel')}
      </Button>
    );
  }
  return (
    <div className={styles['line']}>
      <Button
        aria-label={text(run === null ? 'threads.run.name' : 'threads.run-again.name', {
          name: text(`claim.${claim.id}.title`),
        })}
        isDisabled={runningId !== null}
        onPress={() => void runClaim(claim)}
      >
        {text(run === null ? 'threads.run' : 'threads.run-again')}
      </Button>
      {runningId !== null && <p className={styles['note']}>{text('threads.other-runs')}</p>}
    </div>
  );
}

const OUTCOME_SIGNS: Readonly<Record<ClaimOutcome['how'], string>> = {
  held: '✓',
  'not-held': '≠',
  unclear: '?',
};

function Outcome({ claim, run }: { readonly claim: Claim; readonly run: ClaimRun }) {
  const live = useExperiment(run.experimentId);
  const frame = useExperimentFrame(run.experimentId);
  const experiment = run.experiment ?? live;
  if (run.error !== null) {
    return (
      <p className={styles['failure']} role="alert">
        {run.error}
      </p>
    );
  }
  if (experiment === null) return null;
  if (experiment.state === 'failed' || experiment.state === 'cancelled') {
    return (
      <p className={experiment.state === 'failed' ? styles['failure'] : styles['note']}>
        {experiment.state === 'failed'
          ? experiment.error === null
            ? text('threads.failed')
            : visible(failureText(experiment.error))
          : text('threads.cancelled')}
      </p>
    );
  }
  const outcome = outcomeOf(claim, experiment);
  return (
    <>
      <div className={styles['bars']}>
        <Bars experiment={experiment} frame={frame} />
      </div>
      {experiment.state === 'running' && <ServingStrips experimentId={experiment.id} />}
      {outcome === null ? (
        <p className={styles['note']}>
          {frame === null
            ? text('threads.preparing')
            : text('threads.run-of', {
                done: Math.min(frame.runsDone + 1, frame.runsTotal),
                total: frame.runsTotal,
              })}
        </p>
      ) : (
        <div role="status">
          <p className={styles['outcome']}>
            <span aria-hidden="true">{OUTCOME_SIGNS[outcome.how]} </span>
            {outcome.text}
          </p>
          <p className={styles['note']}>{threadsText(experiment)}.</p>
        </div>
      )}
    </>
  );
}
