import { useId, useMemo, type ClipboardEvent } from 'react';
import type { ErrorData } from '../../common/model/errors';
import type { JobRequest } from '../../common/model/job-request';
import { withoutTrailing } from '../../common/model/paths';
import { formatBytes } from '../../common/model/units';
import { fitsOnLine, visible } from '../../common/model/visible';
import { text } from '../../common/text/text';
import {
  optionFaults,
  optionsDraft,
  optionsOf,
  rememberedOf,
  type OptionsDraft,
} from '../lib/download-draft';
import { chosenEntries, combine, type Combined, type LeftOut, type PreviewedSource } from '../lib/previews';
import { singleRequest } from '../lib/single-entry';
import { shortPath } from '../lib/text';
import { useRequest } from '../lib/use-request';
import { addPaste, addPaths, changeDraft, draftsStore } from '../state/drafts';
import { jobsStore } from '../state/jobs';
import { changeSettings, useInfo, useSettings } from '../state/settings';
import { useStore } from '../state/store';
import { useForExperiment } from '../state/ui';
import { ModeSwitch } from '../kind-page/page-header';
import { DownloadOptionsField } from './download-options';
import { ErrorLine, PickButton } from './fields';
import { ListPreviews } from './list-preview';
import { NewJobDialog, useCreation } from './new-job-dialog';
import { RecentMenu } from './recent-menu';
import { usePreviews } from './use-previews';
import styles from './form.module.css';

/** Codes of errors that are about the folder. */
const FOLDER_CODES: ReadonlySet<string> = new Set([
  'permission-denied',
  'read-only',
  'not-a-folder',
  'disk-full',
  'name-too-long',
  'not-absolute',
]);

function changeOptions(options: OptionsDraft): void {
  changeDraft('download', { options });
}

export function NewDownload() {
  const draft = useStore(draftsStore, (drafts) => drafts.download);
  const { leftOut } = draft;
  const settings = useSettings();
  const info = useInfo();
  const creation = useCreation('download');
  const forExperiment = useForExperiment();
  const remembered = useMemo(
    () => optionsDraft(settings?.downloadOptions ?? {}),
    [settings?.downloadOptions],
  );
  const options = draft.options ?? remembered;
  const sources = usePreviews(draft, options.format);
  const together = useMemo(() => combine(sources), [sources]);
  const chosen = chosenEntries(together, leftOut);
  const isSingle = together.single !== null;
  const faults = useMemo(() => optionFaults(options, isSingle), [options, isSingle]);
  const directory = draft.directory ?? settings?.downloadDirectory ?? info?.downloadsDirectory ?? '';
  const { error } = creation;
  const aboutFolder = error !== null && FOLDER_CODES.has(error.code) && draft.listFiles.length === 0;

  const own = { out: options.name.trim() || null, checksum: options.checksum.trim() || null };
  const hasOwn = own.out !== null || own.checksum !== null;

  const missing =
    missingText(sources, together, chosen, hasOwn) ??
    Object.values(faults)[0] ??
    (directory === '' ? text('download.choose-folder') : null);
  const { single } = together;
  const asked: JobRequest | null =
    settings === null
      ? null
      : {
          kind: 'download',
          mode: settings.download.mode,
          // Connections steer a download; its threads are chosen for them.
          workers: null,
          ...(single !== null && hasOwn
            ? singleRequest(single, own)
            : {
                urls: [],
                text: draft.text.trim() === '' ? null : draft.text,
                texts: draft.pasted.map((list) => list.text),
                listFiles: [...draft.listFiles],
                format: options.format,
              }),
          directory,
          leaveOut: { hosts: [...leftOut.hosts], extensions: [...leftOut.extensions], exact: true },
          // As browsers do.
          options: { ...optionsOf(options), markOfTheWeb: !options.unmarked },
        };
  const start = (): void => {
    if (settings === null || asked === null) return;
    creation.create(asked, () => {
      const next = rememberedOf(options);
      if (JSON.stringify(next) !== JSON.stringify(settings.downloadOptions))
        changeSettings({ downloadOptions: next });
    });
  };
  return (
    <NewJobDialog
      kind="download"
      wide
      creation={creation}
      error={aboutFolder ? null : error}
      missing={missing}
      request={asked}
      note={firstFileText(
        directory,
        leftOut,
        isSingle ? (own.out ?? together.firstFile) : together.firstFile,
      )}
      foot={forExperiment ? null : <ModeSwitch kind="download" />}
      start={
        together.isCurrent && !together.partial && chosen !== null && chosen > 0
          ? text('download.start-count', { count: chosen })
          : text('download.start')
      }
      onStart={start}
    >
      <AddressesField addresses={draft.text} />
      <ListPreviews sources={sources} together={together} leftOut={leftOut} chosen={chosen} />
      <TargetField directory={directory} error={aboutFolder ? error : null} />
      <DownloadOptionsField
        options={options}
        faults={faults}
        isSingle={isSingle}
        hosts={together.hosts.filter(({ name }) => !leftOut.hosts.includes(name)).length}
        onChange={changeOptions}
      />
    </NewJobDialog>
  );
}

/** Where the first file goes, as far as it is known. */
function firstFileText(directory: string, leftOut: LeftOut, name: string | null): string {
  if (name === null || directory === '' || leftOut.hosts.length + leftOut.extensions.length > 0) return '';
  const separator = directory.includes('\\') ? '\\' : '/';
  const path = `${withoutTrailing(directory, '/\\')}${separator}${name}`;
  return text('dialog.first-file', { path: visible(shortPath(path)) });
}

/** @param hasOwn something is said that is for a single address: it has to be known whether there is one */
function missingText(
  sources: readonly PreviewedSource[],
  { entries, isCurrent }: Combined,
  chosen: number | null,
  hasOwn: boolean,
): string | null {
  if (sources.length === 0) return text('download.enter-address');
  if (!isCurrent && (hasOwn || entries === 0)) return text('download.reading');
  if (entries === 0) return text('download.no-address');
  return chosen === 0 ? text('download.all-excluded') : null;
}

function AddressesField({ addresses }: { readonly addresses: string }) {
  const id = useId();
  const onPaste = (event: ClipboardEvent): void => {
    if (addPaste(event.clipboardData)) event.preventDefault();
  };
  return (
    <div className={styles['field']}>
      <div className={`${styles['line'] ?? ''} ${styles['spread'] ?? ''}`}>
        <label className={styles['label']} htmlFor={id}>
          {text('download.addresses')}
        </label>
        <PickButton
          look="link"
          purpose="url-list"
          onPick={(paths) => {
            addPaths('download', paths);
          }}
        >
          {text('download.open-file')}
        </PickButton>
      </div>
      <textarea
        id={id}
        className={`${styles['area'] ?? ''} ${styles['addresses'] ?? ''}`}
        value={addresses}
        placeholder={'https://example.org/one.zip\nhttps://example.org/two.zip'}
        spellCheck={false}
        wrap="off"
        // The field is what the dialog was opened for.
        autoFocus
        onPaste={onPaste}
        onChange={(event) => {
          changeDraft('download', { text: event.target.value });
        }}
      />
    </div>
  );
}

interface TargetFieldProps {
  readonly directory: string;
  readonly error: ErrorData | null;
}

function TargetField({ directory, error }: TargetFieldProps) {
  const id = useId();
  const change = (path: string): void => {
    changeDraft('download', { directory: path });
  };
  return (
    <div className={styles['field']}>
      <div className={`${styles['line'] ?? ''} ${styles['spread'] ?? ''}`}>
        <label className={styles['label']} htmlFor={id}>
          {text('download.save-in')}
        </label>
        <FreeSpace directory={directory} />
      </div>
      <div className={styles['line']}>
        <input
          id={id}
          className={styles['input']}
          value={directory}
          spellCheck={false}
          aria-invalid={error !== null}
          aria-describedby={error === null ? undefined : `${id}-error`}
          onChange={(event) => {
            change(event.target.value);
          }}
        />
        <RecentTargets onChoose={change} />
        <PickButton
          purpose="download-folder"
          onPick={([path]) => {
            if (path !== undefined) change(path);
          }}
        >
          {text('common.choose')}
        </PickButton>
      </div>
      <ErrorLine error={error} id={`${id}-error`} />
    </div>
  );
}

function FreeSpace({ directory }: { readonly directory: string }) {
  const free = useRequest('folders:free', directory === '' ? null : { path: directory });
  return (
    <p className={styles['note']}>
      {free === null ? '' : text('download.free', { bytes: formatBytes(free) })}
    </p>
  );
}

const MOST_RECENT = 8;

/** Folders of earlier downloads, the newest first. */
function RecentTargets({ onChoose }: { readonly onChoose: (path: string) => void }) {
  const jobs = useStore(jobsStore, (value) => value);
  const folders = useMemo(() => {
    const all = jobs.kinds.download.ids.map((job) => jobs.byId.get(job)?.folder ?? '');
    // A path that is not text is shown in another form, which leads elsewhere.
    const usable = all.filter((path) => path !== '' && fitsOnLine(path) && !path.includes('\\x'));
    return [...new Set(usable)].slice(0, MOST_RECENT);
  }, [jobs]);
  return <RecentMenu paths={folders} onChoose={onChoose} />;
}
