/** A job of the user's own, step by step: tasks wait in the queue, a thread that is free takes the next one. */
import { labelText } from '../../lib/job-label';
import { text } from '../../../common/text/text';
import { useEffect, useId, useMemo, useState } from 'react';
import { isEnded, type JobSummary } from '../../../common/model/jobs';
import { settledTasks } from '../../../common/model/tasks';
import { formatCount, formatDecimal, formatDuration } from '../../../common/model/units';
import { Button } from '../../components/button';
import { kindName } from '../../kinds';
import { whenText } from '../../lib/text';
import { replayOf, stateAt, stepAt, timeOf, type Replay } from '../../lib/replay';
import { useRequest } from '../../lib/use-request';
import { jobsStore } from '../../state/jobs';
import { useStore } from '../../state/store';
import { openNew } from './open-new';
import { ReplayPicture, doesText } from './replay-picture';
import { useMedia } from '../../lib/use-media';
import styles from './replay.module.css';

/** So long the whole job takes, as it is played. */
const PLAYED_MS = 20_000;
/** Tasks that are shown, of the job's first ones: what one request gives. */
const MOST_TASKS = 500;
const OFFERED = 20;

/** Ended jobs with something to see, newest first. */
function shown(jobs: ReadonlyMap<number, JobSummary>): JobSummary[] {
  return [...jobs.values()]
    .filter((job) => isEnded(job.state) && job.counts.done + job.counts.failed > 1)
    .sort((left, right) => right.id - left.id)
    .slice(0, OFFERED);
}

export function OwnJob() {
  const byId = useStore(jobsStore, (jobs) => jobs.byId);
  const jobs = useMemo(() => shown(byId), [byId]);
  const [chosenId, setChosenId] = useState<number | null>(null);
  const job = jobs.find(({ id }) => id === chosenId) ?? jobs[0];
  if (job === undefined) {
    return (
      <div className={styles['none']}>
        <p>{text('replay.none')}</p>
        <Button
          onPress={() => {
            openNew('hash');
          }}
        >
          {text('replay.hash')}
        </Button>
      </div>
    );
  }
  return (
    <JobReplay
      key={job.id}
      job={job}
      choice={
        jobs.length > 1 && (
          <select
            className={styles['choice']}
            aria-label={text('replay.choice')}
            value={job.id}
            onChange={(event) => {
              setChosenId(Number(event.target.value));
            }}
          >
            {jobs.map(({ id, kind, label }) => (
              <option key={id} value={id}>
                {kindName(kind)} · {labelText({ label })}
              </option>
            ))}
          </select>
        )
      }
    />
  );
}

function JobReplay({ job, choice }: { readonly job: JobSummary; readonly choice: React.ReactNode }) {
  const page = useRequest(
    'tasks:page',
    { jobId: job.id, state: null, search: '', offset: 0, limit: MOST_TASKS },
    { version: String(job.endedAtMs) },
  );
  const replay = useMemo(() => (page === null ? null : replayOf(page.rows)), [page]);
  const part = page !== null && page.total > page.rows.length;
  return (
    <>
      <div className={styles['head']}>
        <div className={styles['about']}>
          <h3 className={styles['title']}>{text('replay.title', { name: labelText(job) })}</h3>
          <p className={styles['note']}>
            {aboutText(job, replay, part ? page.rows.length : null)}. {text(`replay.how.${job.mode}`)}
          </p>
        </div>
        {choice}
      </div>
      {replay !== null &&
        (replay.steps.length === 0 ? (
          <p className={styles['note']}>{text('replay.no-thread')}</p>
        ) : (
          <Player job={job} replay={replay} />
        ))}
    </>
  );
}

/** @param first of how many of the tasks; `null`: of all */
function aboutText(job: JobSummary, replay: Replay | null, first: number | null): string {
  const kind = kindName(job.kind);
  const tasks = text('common.tasks', { count: settledTasks(job.counts) });
  let about =
    replay === null
      ? text('replay.about.short', { kind, tasks })
      : text('replay.about', { kind, tasks, threads: replay.workers.length });
  if (job.endedAtMs !== null) about = text('replay.when', { about, when: whenText(job.endedAtMs) });
  return first === null ? about : text('replay.part', { about, count: formatCount(first) });
}

interface Played {
  /** Milliseconds since the first task began; less than 0: before that. */
  readonly atMs: number;
  readonly plays: boolean;
}

function Player({ job, replay }: { readonly job: JobSummary; readonly replay: Replay }) {
  const [{ atMs, plays }, setPlayed] = useState<Played>({ atMs: -1, plays: false });
  const isStill = useMedia('(prefers-reduced-motion: reduce)');
  const sliderId = useId();
  const step = stepAt(replay, atMs);
  const last = replay.steps.length;
  const pace = Math.max(replay.durationMs, 1) / PLAYED_MS;
  usePlaying(plays && !isStill, replay, pace, setPlayed);

  const state = stateAt(replay, atMs);
  const goTo = (next: number): void => {
    setPlayed({ atMs: timeOf(replay, Math.max(0, Math.min(last, next))), plays: false });
  };
  const said = state.workers
    .map(({ worker, running }) => `W${worker} ${doesText(job.kind, running)}`)
    .join(', ');
  const time = atMs < 0 ? text('replay.before') : text('replay.after', { time: formatDuration(atMs) });
  return (
    <div role="group" aria-label={text('replay.label')}>
      <ReplayPicture kind={job.kind} state={state} total={replay.tasks.length} />
      <div className={styles['controls']}>
        {!isStill && (
          <Button
            onPress={() => {
              setPlayed({ atMs: !plays && step >= last ? -1 : atMs, plays: !plays });
            }}
          >
            <span aria-hidden="true">{plays ? '❚❚ ' : '▶ '}</span>
            {plays ? text('replay.pause') : text('replay.play', { pace: paceText(pace) })}
          </Button>
        )}
        <Button
          isDisabled={step === 0}
          onPress={() => {
            goTo(step - 1);
          }}
        >
          {text('replay.back')}
        </Button>
        <Button
          isDisabled={step >= last}
          onPress={() => {
            goTo(step + 1);
          }}
        >
          {text('replay.forward')}
        </Button>
        <label className={styles['step']} htmlFor={sliderId}>
          {text('replay.step', { step: formatCount(step), last: formatCount(last) })}
        </label>
        <input
          id={sliderId}
          className={styles['slider']}
          type="range"
          min={0}
          max={last}
          value={step}
          aria-valuetext={text('replay.step.value', { step, last, time })}
          onChange={(event) => {
            goTo(Number(event.target.value));
          }}
        />
      </div>
      {/* Nobody wants to hear each of the steps that are played. */}
      <p className={styles['note']} aria-live={plays ? 'off' : 'polite'}>
        {text('replay.said', {
          time: capital(time),
          waiting: formatCount(state.waiting),
          threads: said,
          done: formatCount(state.done),
        })}
      </p>
    </div>
  );
}

/** Moves the time on with each picture that the screen shows. */
function usePlaying(
  plays: boolean,
  { durationMs }: Replay,
  pace: number,
  setPlayed: (change: (played: Played) => Played) => void,
): void {
  useEffect(() => {
    if (!plays) return undefined;
    let lastMs = performance.now();
    const show = (nowMs: number): void => {
      const passedMs = Math.max(0, nowMs - lastMs) * pace;
      lastMs = nowMs;
      setPlayed(({ atMs }) => {
        const next = Math.max(0, atMs) + passedMs;
        return { atMs: Math.min(durationMs, next), plays: next < durationMs };
      });
      frame = requestAnimationFrame(show);
    };
    let frame = requestAnimationFrame(show);
    return () => {
      cancelAnimationFrame(frame);
    };
  }, [plays, pace, durationMs, setPlayed]);
}

/** `12 × its speed`, `0.25 × its speed`, `1/213 of its speed`. */
function paceText(pace: number): string {
  if (pace < 0.095) return text('replay.pace.slow', { pace: formatCount(Math.round(1 / pace)) });
  const times = pace >= 9.95 ? formatCount(Math.round(pace)) : formatDecimal(pace, pace < 0.995 ? 2 : 1);
  return text('replay.pace', { pace: times });
}

function capital(phrase: string): string {
  return phrase.charAt(0).toUpperCase() + phrase.slice(1);
}
