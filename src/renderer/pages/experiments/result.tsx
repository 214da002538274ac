/** One experiment: what it found, in words, bars, a curve, strips and numbers. */
import type { Experiment, ExperimentFrame } from '../../../common/experiments/experiment';
import { isBestForJobs, runsEachText } from '../../../common/experiments/results';
import { adoptedText, contenderNames, findingOf } from '../../../common/experiments/text';
import { formatBytes, formatCount } from '../../../common/model/units';
import { visible } from '../../../common/model/visible';
import { Button } from '../../components/button';
import { leftText, plural, whenText } from '../../lib/text';
import { adoptBest } from '../../state/experiment-page';
import { settingsOf } from '../../kinds';
import { useExperimentFrame } from '../../state/experiments';
import { useSettings } from '../../state/settings';
import { Bars } from './bars';
import { NumbersTable } from './numbers-table';
import { ScalingCurve } from './scaling-curve';
import { ServingStrips } from './serving-strips';
import { Timelines } from './timelines';
import styles from './result.module.css';

interface ResultProps {
  readonly experiment: Experiment;
  /** Beside another one: what tells the names of its parts from those of the other. */
  readonly side?: string;
}

export function Result({ experiment, side }: ResultProps) {
  const named = (name: string): string => (side === undefined ? name : `${name}, ${side}`);
  const frame = useExperimentFrame(experiment.id);
  const { state, analysis } = experiment;
  return (
    <div className={styles['result']}>
      {state === 'running' ? (
        <Progress experiment={experiment} frame={frame} />
      ) : (
        <Finding experiment={experiment} />
      )}
      {(state === 'running' || analysis !== null) && <Bars experiment={experiment} frame={frame} />}
      {analysis !== null && <Cautions experiment={experiment} />}
      {analysis !== null && <Adopt experiment={experiment} />}
      {analysis?.scaling != null && (
        <section className={styles['part']} aria-label={named('Scaling')}>
          <h3 className={styles['caption']}>What more threads gain</h3>
          <ScalingCurve scaling={analysis.scaling} cores={experiment.machine.cores} />
        </section>
      )}
      {(state === 'running' || analysis !== null) && (
        <div className={styles['part']}>
          <Timelines experiment={experiment} label={named('What each thread did')} />
        </div>
      )}
      {state === 'running' && <ServingStrips experimentId={experiment.id} />}
      {analysis !== null && (
        <section className={styles['part']} aria-label={named('Numbers')}>
          <h3 className={styles['caption']}>The numbers</h3>
          <NumbersTable experiment={experiment} label={named('The numbers')} />
        </section>
      )}
      <Facts experiment={experiment} />
    </div>
  );
}

function Finding({ experiment }: { readonly experiment: Experiment }) {
  const { state, error, title } = experiment;
  if (state === 'done') {
    const { headline, detail } = findingOf(experiment);
    return (
      <div>
        <h2 className={styles['headline']}>{headline}</h2>
        <p className={styles['detail']}>{detail}</p>
      </div>
    );
  }
  return (
    <div>
      <h2 className={styles['headline']}>
        {state === 'failed' ? 'The experiment failed' : 'The experiment was cancelled'}
      </h2>
      <p className={state === 'failed' ? styles['failure'] : styles['detail']}>
        {state === 'failed'
          ? visible(error?.message ?? 'It is not known why.')
          : `${title}: nothing is concluded from a part of its runs.`}
      </p>
    </div>
  );
}

function Cautions({ experiment }: { readonly experiment: Experiment }) {
  const told = [...(experiment.analysis?.cautions ?? []), ...experiment.notes];
  if (told.length === 0) return null;
  return (
    <ul className={styles['cautions']} aria-label="What to know of this result">
      {told.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
}

interface ProgressProps {
  readonly experiment: Experiment;
  readonly frame: ExperimentFrame | null;
}

function Progress({ experiment, frame }: ProgressProps) {
  const share = frame === null || frame.runsTotal === 0 ? 0 : runsShare(frame);
  return (
    <div>
      <h2 className={styles['headline']}>{visible(experiment.title)}</h2>
      <p className={styles['detail']}>{progressText(experiment, frame)}</p>
      <div
        className={styles['track']}
        role="progressbar"
        aria-label="Runs"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.floor(share * 100)}
      >
        <div className={styles['trackPart']} style={{ width: `${share * 100}%` }} />
      </div>
    </div>
  );
}

function runsShare({ runsDone, runsTotal, running }: ExperimentFrame): number {
  const ofRun = running === null || running.tasksTotal === 0 ? 0 : running.tasksDone / running.tasksTotal;
  return Math.min(1, (runsDone + Math.min(1, ofRun)) / runsTotal);
}

function progressText(experiment: Experiment, frame: ExperimentFrame | null): string {
  if (frame === null || frame.phase === 'preparing') return 'The work is being prepared.';
  if (frame.phase === 'ending') return 'All runs are done. Working out the result…';
  const { running, runsDone, runsTotal, remainingMs } = frame;
  const left = remainingMs === null ? '' : ` · about ${leftText(remainingMs)} left`;
  if (running === null) return `${formatCount(runsDone)} of ${plural(runsTotal, 'run', 'runs')} done${left}`;
  const names = contenderNames(experiment.request.contenders);
  const { repeats, fewer } = experiment.request;
  const what =
    running.round === 0 ? 'warm-up' : `round ${running.round} of ${fewer ? 'at most ' : ''}${repeats}`;
  const tasks =
    running.tasksTotal === 0
      ? ''
      : ` · ${formatCount(running.tasksDone)} of ${plural(running.tasksTotal, 'task', 'tasks')}`;
  return `Run ${formatCount(Math.min(runsDone + 1, runsTotal))} of ${formatCount(runsTotal)}: ${names[running.contender] ?? ''}, ${what}${tasks}${left}`;
}

function Adopt({ experiment }: { readonly experiment: Experiment }) {
  const settings = useSettings();
  const { analysis, kind, id } = experiment;
  const best = analysis?.bestSize ?? null;
  if (best === null || kind === null || settings === null || !isBestForJobs(experiment)) return null;
  const taken = settings.bestWorkers[settingsOf(kind)] === best;
  const what = adoptedText(best, kind);
  return (
    <div className={styles['adopt']}>
      <p>
        {taken
          ? `Automatic now means ${what}.`
          : `The best pool size for this work on this machine is ${formatCount(best)}: no other is clearly faster.`}
      </p>
      {!taken && (
        <Button
          onPress={() => {
            adoptBest(id);
          }}
        >
          Use {what}
        </Button>
      )}
    </div>
  );
}

/** Of one that ended early, or still runs, what it was to have. */
function runsText(experiment: Experiment): string {
  const { repeats } = experiment.request;
  const runs =
    experiment.analysis === null ? `${plural(repeats, 'run', 'runs')} of each` : runsEachText(experiment);
  return `${runs} after a warm-up`;
}

function Facts({ experiment }: { readonly experiment: Experiment }) {
  const { machine, createdAtMs, title, bytes, request } = experiment;
  const work = [
    title,
    bytes > 0 ? `${formatBytes(bytes)} a run` : null,
    runsText(experiment),
    request.pageCache === 'cold' ? 'page cache dropped' : null,
  ].filter((part) => part !== null);
  const host = [
    machine.cpu,
    plural(machine.cores, 'core', 'cores'),
    formatBytes(machine.memoryBytes),
    machine.fileSystem,
    machine.platform,
    `Node ${machine.node}`,
    machine.electron === null ? null : `Electron ${machine.electron}`,
  ].filter((part) => part !== null && part !== '');
  return (
    <div className={styles['facts']}>
      <p>
        {whenText(createdAtMs)} · {work.join(' · ')}
      </p>
      <p>{host.join(' · ')}</p>
    </div>
  );
}
