/** One experiment: what it found, in words, bars, a curve, strips and numbers. */
import { text } from '../../../common/text/text';
import type { Experiment, ExperimentFrame } from '../../../common/experiments/experiment';
import { isBestForJobs } from '../../../common/experiments/results';
import { adoptedText, contenderNames, findingOf, runsEachText } from '../../../common/experiments/text';
import { formatBytes, formatCount } from '../../../common/model/units';
import { visible } from '../../../common/model/visible';
import { Button } from '../../components/button';
import { titleOf } from '../../lib/experiment-title';
import { failureText, storedText } from '../../lib/failure-text';
import { leftText, whenText } from '../../lib/text';
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
  const named = (name: string): string => (side === undefined ? name : text('compare.sided', { name, side }));
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
        <section className={styles['part']} aria-label={named(text('result.scaling'))}>
          <h3 className={styles['caption']}>{text('result.scaling.title')}</h3>
          <ScalingCurve scaling={analysis.scaling} cores={experiment.machine.cores} />
        </section>
      )}
      {(state === 'running' || analysis !== null) && (
        <div className={styles['part']}>
          <Timelines experiment={experiment} label={named(text('result.timelines'))} />
        </div>
      )}
      {state === 'running' && <ServingStrips experimentId={experiment.id} />}
      {analysis !== null && (
        <section className={styles['part']} aria-label={named(text('result.numbers'))}>
          <h3 className={styles['caption']}>{text('result.numbers.title')}</h3>
          <NumbersTable experiment={experiment} label={named(text('result.numbers.title'))} />
        </section>
      )}
      <Facts experiment={experiment} />
    </div>
  );
}

function Finding({ experiment }: { readonly experiment: Experiment }) {
  const { state, error } = experiment;
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
        {text(state === 'failed' ? 'result.failed' : 'result.cancelled')}
      </h2>
      <p className={state === 'failed' ? styles['failure'] : styles['detail']}>
        {state === 'failed'
          ? error === null
            ? text('result.failed.unknown')
            : visible(failureText(error))
          : text('result.cancelled.note', { name: titleOf(experiment) })}
      </p>
    </div>
  );
}

function Cautions({ experiment }: { readonly experiment: Experiment }) {
  const told = [...(experiment.analysis?.cautions ?? []), ...experiment.notes];
  if (told.length === 0) return null;
  return (
    <ul className={styles['cautions']} aria-label={text('result.cautions')}>
      {told.map((sentence) => (
        <li key={sentence}>{storedText(sentence)}</li>
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
      <h2 className={styles['headline']}>{visible(titleOf(experiment))}</h2>
      <p className={styles['detail']}>{progressText(experiment, frame)}</p>
      <div
        className={styles['track']}
        role="progressbar"
        aria-label={text('result.runs')}
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
  if (frame === null || frame.phase === 'preparing') return text('result.preparing');
  if (frame.phase === 'ending') return text('result.ending');
  const { running, runsDone, runsTotal, remainingMs } = frame;
  const withLeft = (progress: string): string =>
    remainingMs === null ? progress : text('result.left', { progress, time: leftText(remainingMs) });
  if (running === null)
    return withLeft(text('result.runs-done', { done: formatCount(runsDone), total: runsTotal }));
  const names = contenderNames(experiment.request.contenders);
  const { repeats, fewer } = experiment.request;
  const what =
    running.round === 0
      ? text('result.warm-up')
      : text(fewer ? 'result.round.most' : 'result.round', { round: running.round, repeats });
  const run = text('result.run', {
    run: formatCount(Math.min(runsDone + 1, runsTotal)),
    total: formatCount(runsTotal),
    name: names[running.contender] ?? '',
    what,
  });
  const { tasksDone, tasksTotal } = running;
  if (tasksTotal === 0) return withLeft(run);
  return withLeft(text('result.run.tasks', { run, done: formatCount(tasksDone), total: tasksTotal }));
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
      <p>{taken ? text('result.adopted', { what }) : text('result.best', { size: formatCount(best) })}</p>
      {!taken && (
        <Button
          onPress={() => {
            adoptBest(id);
          }}
        >
          {text('result.use', { what })}
        </Button>
      )}
    </div>
  );
}

/** Of one that ended early, or still runs, what it was to have. */
function runsText(experiment: Experiment): string {
  const { repeats } = experiment.request;
  const runs =
    experiment.analysis === null ? text('result.runs-of-each', { count: repeats }) : runsEachText(experiment);
  return text('result.after-warm-up', { runs });
}

function Facts({ experiment }: { readonly experiment: Experiment }) {
  const { machine, createdAtMs, bytes, request } = experiment;
  const work = [
    titleOf(experiment),
    bytes > 0 ? text('result.bytes', { bytes: formatBytes(bytes) }) : null,
    runsText(experiment),
    request.pageCache === 'cold' ? text('result.cache-dropped') : null,
  ].filter((part) => part !== null);
  const host = [
    machine.cpu,
    text('result.cores', { count: machine.cores }),
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
