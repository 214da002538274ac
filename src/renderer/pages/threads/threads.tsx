/** How threads work here: in plain words, each claim with a button that runs it on this machine. */
import { useEffect, useState, type ReactNode } from 'react';
import { visible } from '../../../common/model/visible';
import { Button } from '../../components/button';
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
        <h1 className={pageStyles['title']}>How threads work here</h1>
        <RunAll />
      </header>
      {/* Scrolls, and so has to be reachable by keyboard. */}
      <div className={styles['scroller']} role="region" aria-label="How threads work here" tabIndex={0}>
        <Block id="in-short" title="In short">
          <InShort />
          <OwnJob />
        </Block>
        <Block id="costs" title="A thread by hand, or a pool with an executor">
          <CostsTable />
        </Block>
        <Block id="uses" title="What threads are for">
          <Uses />
        </Block>
        <p className={styles['intro']}>
          Each part makes a claim. Run it to see what this machine says: the same work in two modes, five runs
          of each in random order after a warm-up. These small runs are shown here and not kept among the
          experiments.
        </p>
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
      Run all on this machine
    </Button>
  );
}

function Part({ claim }: { readonly claim: Claim }) {
  const run = useStore(claimsStore, (runs) => runs.get(claim.id) ?? null);
  return (
    <section className={styles['part']} aria-labelledby={`claim-${claim.id}`}>
      <div className={styles['words']}>
        <h2 id={`claim-${claim.id}`} className={styles['heading']}>
          {visible(claim.title)}
        </h2>
        {claim.text.map((text) => (
          <p key={text} className={styles['text']}>
            {text}
          </p>
        ))}
      </div>
      <div className={styles['trial']}>
        <p className={styles['claim']}>{claim.claim}</p>
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
        aria-label={`Cancel: ${visible(claim.title)}`}
        onPress={() => {
          cancelExperiment(id);
        }}
      >
        Cancel
      </Button>
    );
  }
  return (
    <div className={styles['line']}>
      <Button
        aria-label={`${run === null ? 'Run it here' : 'Run it again'}: ${visible(claim.title)}`}
        isDisabled={runningId !== null}
        onPress={() => void runClaim(claim)}
      >
        {run === null ? 'Run it here' : 'Run it again'}
      </Button>
      {runningId !== null && <p className={styles['note']}>Another experiment runs.</p>}
    </div>
  );
}

const OUTCOME_SIGNS: Readonly<Record<ClaimOutcome['how'], string>> = {
  held: '✓',
  'not held': '≠',
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
          ? visible(experiment.error?.message ?? 'It failed.')
          : 'It was cancelled.'}
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
            ? 'It is being prepared.'
            : `Run ${Math.min(frame.runsDone + 1, frame.runsTotal)} of ${frame.runsTotal}`}
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
