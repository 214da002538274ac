/** Title, how new jobs run, and what can be done to the chosen one. */
import { Button } from '../components/button';
import { MenuButton, type MenuEntry } from '../components/menu';
import { Segmented } from '../components/segmented';
import { WORDS, WORKER_CHOICES, settingsOf, type PageKind } from '../kinds';
import { MANIFEST_FORMATS, type ManifestFormat } from '../../common/model/digests';
import { isEnded, type JobSummary } from '../../common/model/jobs';
import { visible } from '../../common/model/visible';
import { isDryRun } from '../lib/findings';
import { holds } from '../lib/manifest-formats';
import { plural } from '../lib/text';
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
import { ConnectionsMenu } from './connections-menu';
import { AllSpeedMenu } from './speed-menu';
import { actOnJob, jobEntries } from './job-menu';
import styles from './page-header.module.css';

interface PageHeaderProps {
  readonly kind: PageKind;
  readonly jobId: number | null;
}

export function PageHeader({ kind, jobId }: PageHeaderProps) {
  const job = useJob(jobId);
  const words = WORDS[kind];
  return (
    <header className={styles['header']}>
      <h1 className={styles['title']}>{words.title}</h1>
      <ModeSwitch kind={kind} />
      <HowManyMenu kind={kind} job={job} />
      {kind === 'download' && <AllSpeedMenu />}
      {job !== null && <JobButtons job={job} />}
      <Button
        look="primary"
        onPress={() => {
          openDialog({ type: 'new', kind });
        }}
      >
        {words.create}
      </Button>
    </header>
  );
}

export function ModeSwitch({ kind }: { readonly kind: PageKind }) {
  const settings = useSettings();
  return (
    <Segmented
      label={`Sync or Async for a new ${WORDS[kind].noun}`}
      value={settings?.[settingsOf(kind)].mode ?? ''}
      options={[
        { value: 'sequential', text: 'Sync', title: 'One task after another, on one thread' },
        { value: 'pool', text: 'Async', title: 'On a pool of worker threads' },
      ]}
      onChange={(mode) => {
        changeKindSettings(kind, { mode });
      }}
    />
  );
}

/** What steers the kind: connections or workers. */
export function HowManyMenu({ kind, job }: WorkersMenuProps) {
  return kind === 'download' ? <ConnectionsMenu job={job} /> : <WorkersMenu kind={kind} job={job} />;
}

interface WorkersMenuProps {
  readonly kind: PageKind;
  /** When it runs on threads that can be more or fewer, it follows the choice. */
  readonly job: JobSummary | null;
}

function WorkersMenu({ kind, job }: WorkersMenuProps) {
  const settings = useSettings();
  const info = useInfo();
  if (settings === null) return null;
  const how = settings[settingsOf(kind)];
  const automatic = info?.automaticWorkers[settingsOf(kind)] ?? 1;
  const choose = (id: string): void => {
    const workers = id === 'automatic' ? null : Number(id);
    changeKindSettings(kind, { workers });
    if (job?.state === 'running' && (job.mode === 'pool' || job.mode === 'thread-per-task')) {
      resizeJob(job.id, workers ?? automatic);
    }
  };
  const choices = WORKER_CHOICES.includes(how.workers ?? 1)
    ? WORKER_CHOICES
    : [...WORKER_CHOICES, how.workers ?? 1].sort((a, b) => a - b);
  const entries: MenuEntry[] = [
    { id: 'automatic', text: `Automatic (${automatic})` },
    ...choices.map((count) => ({ id: String(count), text: String(count) })),
  ];
  const text = plural(effectiveWorkers(how, kind, info), 'worker', 'workers');
  return (
    <MenuButton
      label={`${text}, change`}
      entries={entries}
      selected={how.workers === null ? 'automatic' : String(how.workers)}
      disabled={how.mode === 'sequential'}
      onAction={choose}
    >
      {text} <span aria-hidden="true">▾</span>
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
          Pause
        </Button>
      )}
      {(job.state === 'paused' || job.state === 'interrupted') && (
        <Button
          isDisabled={elsewhere}
          onPress={() => {
            resumeJob(job.id);
          }}
        >
          Resume
        </Button>
      )}
      {!ended && (
        <Button
          isDisabled={elsewhere}
          onPress={() => {
            cancelJob(job.id);
          }}
        >
          Cancel
        </Button>
      )}
      {canRetry(job) && (
        <Button
          onPress={() => {
            retryJob(job.id);
          }}
        >
          {job.kind === 'verify' ? 'Check again' : job.counts.failed > 0 ? 'Retry failed' : 'Retry'}
        </Button>
      )}
      {ended && hasDigests(job) && job.counts.done > 0 && <ManifestMenu job={job} />}
      <MoreMenu job={job} />
    </>
  );
}

function hasDigests(job: JobSummary): boolean {
  if (job.kind === 'copy') return job.algorithms.length > 0 && !isDryRun(job);
  return job.kind === 'hash' && job.variant !== 'duplicates';
}

const MANIFEST_NAMES: Readonly<Record<ManifestFormat, string>> = {
  gnu: 'GNU (as sha256sum)…',
  bsd: 'BSD (algorithm on each line)…',
  sfv: 'SFV…',
  hashdeep: 'hashdeep…',
  json: 'JSON…',
};

/** The formats that can hold what the job computed. */
function ManifestMenu({ job }: { readonly job: JobSummary }) {
  const formats = MANIFEST_FORMATS.filter((format) => holds(format, job.algorithms));
  return (
    <MenuButton
      label="Save manifest"
      entries={formats.map((format) => ({ id: format, text: MANIFEST_NAMES[format] }))}
      onAction={(id) => {
        const format = formats.find((other) => other === id);
        if (format !== undefined) saveManifest(job.id, format);
      }}
    >
      Save manifest <span aria-hidden="true">▾</span>
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
      label={`More for ${visible(job.label)}`}
      entries={jobEntries(job, canShow === true)}
      onAction={actOnJob}
    >
      <span aria-hidden="true">⋯</span>
    </MenuButton>
  );
}
