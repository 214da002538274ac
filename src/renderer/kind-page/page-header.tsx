/** The chosen job: its name and what can be done to it. How new jobs run is chosen where they are made, and in Settings. */
import { labelText } from '../lib/job-label';
import { useState } from 'react';
import { Button } from '../components/button';
import { MenuButton, type MenuEntry } from '../components/menu';
import { Segmented } from '../components/segmented';
import { kindText, modeName, WORKER_CHOICES, settingsOf, type PageKind } from '../kinds';
import { MANIFEST_FORMATS } from '../../common/model/digests';
import { isEnded, type JobSummary } from '../../common/model/jobs';
import { text } from '../../common/text/text';
import { isDryRun } from '../lib/findings';
import { holds } from '../lib/manifest-formats';
import { runOf } from '../lib/run-of';
import { useRequest } from '../lib/use-request';
import {
  cancelJob,
  canRetry,
  pauseJob,
  resizeJob,
  resumeJob,
  retryJob,
  saveManifest,
} from '../state/actions';
import { useJob } from '../state/jobs';
import { changeKindSettings, effectiveWorkers, useInfo, useSettings } from '../state/settings';
import { openDialog } from '../state/ui';
import { liveStore } from '../state/frames';
import { useStore } from '../state/store';
import { ConnectionsMenu, JobConnectionsMenu } from './connections-menu';
import { SpeedMenu } from './speed-menu';
import { actOnJob, jobEntries } from './job-menu';
import styles from './page-header.module.css';

interface PageHeaderProps {
  readonly kind: PageKind;
  readonly jobId: number | null;
}

export function PageHeader({ kind, jobId }: PageHeaderProps) {
  const job = useJob(jobId);
  const title = job === null ? kindText(kind, 'title') : labelText(job);
  return (
    <header className={styles['header']}>
      <h1 className={styles['title']} title={title}>
        {title}
      </h1>
      {job !== null && (
        <div className={styles['controls']} role="group" aria-label={text('job.controls', { name: title })}>
          <JobButtons job={job} />
        </div>
      )}
      <Button
        look="primary"
        onPress={() => {
          openDialog({ type: 'new', kind });
        }}
      >
        {kindText(kind, 'create')}
      </Button>
    </header>
  );
}

export function ModeSwitch({ kind }: { readonly kind: PageKind }) {
  const settings = useSettings();
  return (
    <Segmented
      label={kindText(kind, 'new-mode')}
      value={settings?.[settingsOf(kind)].mode ?? ''}
      options={[
        { value: 'sequential', text: modeName('sequential'), title: text('job.mode.sequential') },
        { value: 'pool', text: modeName('pool'), title: text('job.mode.pool') },
      ]}
      onChange={(mode) => {
        changeKindSettings(kind, { mode });
      }}
    />
  );
}

/** How many threads or connections new jobs of a kind get. */
export function HowManyMenu({ kind }: { readonly kind: PageKind }) {
  return kind === 'download' ? <ConnectionsMenu /> : <WorkersMenu kind={kind} />;
}

function WorkersMenu({ kind }: { readonly kind: PageKind }) {
  const settings = useSettings();
  const info = useInfo();
  if (settings === null) return null;
  const how = settings[settingsOf(kind)];
  return (
    <WorkersChoice
      count={effectiveWorkers(how, kind, info)}
      chosen={how.workers}
      automatic={info?.automaticWorkers[settingsOf(kind)] ?? 1}
      disabled={how.mode === 'sequential'}
      onChange={(workers) => {
        changeKindSettings(kind, { workers });
      }}
    />
  );
}

/** The threads of a job that runs on some that can be more or fewer. */
function JobWorkersMenu({ job }: { readonly job: JobSummary }) {
  const info = useInfo();
  // A job that runs may have been given another number.
  const alive = useStore(
    liveStore,
    (live) => live.jobs.get(job.id)?.workers.filter((worker) => worker.alive).length,
  );
  const automatic = info?.automaticWorkers[settingsOf(job.kind)] ?? 1;
  const [asked, setAsked] = useState<number | null>(null);
  const count = asked ?? job.workers ?? (alive === undefined || alive === 0 ? automatic : alive);
  return (
    <WorkersChoice
      count={count}
      chosen={count}
      automatic={automatic}
      disabled={false}
      onChange={(workers) => {
        setAsked(workers ?? automatic);
        resizeJob(job.id, workers ?? automatic);
      }}
    />
  );
}

interface WorkersChoiceProps {
  readonly count: number;
  /** `null`: automatic. */
  readonly chosen: number | null;
  readonly automatic: number;
  readonly disabled: boolean;
  readonly onChange: (workers: number | null) => void;
}

function WorkersChoice({ count, chosen, automatic, disabled, onChange }: WorkersChoiceProps) {
  const choices =
    chosen === null || WORKER_CHOICES.includes(chosen)
      ? WORKER_CHOICES
      : [...WORKER_CHOICES, chosen].sort((a, b) => a - b);
  const entries: MenuEntry[] = [
    { id: 'automatic', text: text('job.workers.automatic', { count: automatic }) },
    ...choices.map((choice) => ({ id: String(choice), text: String(choice) })),
  ];
  const workers = text('common.workers', { count });
  return (
    <MenuButton
      label={text('common.change', { what: workers })}
      entries={entries}
      selected={chosen === null ? 'automatic' : String(chosen)}
      disabled={disabled}
      onAction={(id) => {
        onChange(id === 'automatic' ? null : Number(id));
      }}
    >
      {workers} <span aria-hidden="true">▾</span>
    </MenuButton>
  );
}

function JobButtons({ job }: { readonly job: JobSummary }) {
  const ended = isEnded(job.state);
  const elsewhere = job.foreign;
  return (
    <>
      {(job.state === 'running' || job.state === 'queued') && (
        <Button
          isDisabled={elsewhere}
          onPress={() => {
            pauseJob(job.id);
          }}
        >
          {text('job.pause')}
        </Button>
      )}
      {(job.state === 'paused' || job.state === 'interrupted') && (
        <Button
          isDisabled={elsewhere}
          onPress={() => {
            resumeJob(job.id);
          }}
        >
          {text('job.resume')}
        </Button>
      )}
      {!ended && (
        <Button
          isDisabled={elsewhere}
          onPress={() => {
            cancelJob(job.id);
          }}
        >
          {text('job.cancel')}
        </Button>
      )}
      {canSteer(job) &&
        (job.kind === 'download' ? (
          <JobConnectionsMenu job={job} />
        ) : (
          <JobWorkersMenu key={job.id} job={job} />
        ))}
      {job.kind === 'download' && !ended && !elsewhere && <SpeedMenu job={job} />}
      {canRetry(job) && (
        <Button
          onPress={() => {
            retryJob(job.id);
          }}
        >
          {text(
            job.kind === 'verify'
              ? 'job.check-again'
              : job.counts.failed > 0
                ? 'job.retry-failed'
                : 'job.retry',
          )}
        </Button>
      )}
      {ended && hasDigests(job) && job.counts.done > 0 && <ManifestMenu job={job} />}
      <MoreMenu job={job} />
    </>
  );
}

/** Whether it may still get other threads, or another number of connections. */
function canSteer(job: JobSummary): boolean {
  if (isEnded(job.state) || job.foreign) return false;
  if (job.kind === 'download') return job.mode !== 'sequential';
  return job.state === 'running' && (job.mode === 'pool' || job.mode === 'thread-per-task');
}

function hasDigests(job: JobSummary): boolean {
  if (job.kind === 'copy') return job.algorithms.length > 0 && !isDryRun(job);
  return job.kind === 'hash' && job.variant !== 'duplicates';
}

/** The formats that can hold what the job computed. */
function ManifestMenu({ job }: { readonly job: JobSummary }) {
  const formats = MANIFEST_FORMATS.filter((format) => holds(format, job.algorithms));
  return (
    <MenuButton
      label={text('job.manifest')}
      entries={formats.map((format) => ({ id: format, text: text(`job.manifest.${format}`) }))}
      onAction={(id) => {
        const format = formats.find((other) => other === id);
        if (format !== undefined) saveManifest(job.id, format);
      }}
    >
      {text('job.manifest')} <span aria-hidden="true">▾</span>
    </MenuButton>
  );
}

function MoreMenu({ job }: { readonly job: JobSummary }) {
  const canShow = useRequest(
    'shell:can-show',
    { jobId: job.id, taskId: null },
    { version: `${runOf(job)} ${job.counts.done > 0}` },
  );
  return (
    <MenuButton
      icon
      label={text('job.more', { name: labelText(job) })}
      entries={jobEntries(job, canShow === true)}
      onAction={actOnJob}
    >
      <span aria-hidden="true">⋯</span>
    </MenuButton>
  );
}
