import { useId, useMemo, type ClipboardEvent } from 'react';
import type { ErrorData } from '../../common/model/errors';
import { formatBytes } from '../../common/model/units';
import { fitsOnLine } from '../../common/model/visible';
import { MenuButton } from '../components/menu';
import {
  optionFaults,
  optionsDraft,
  optionsOf,
  rememberedOf,
  type OptionsDraft,
} from '../lib/download-draft';
import { combine, filesText, type Combined, type PreviewedSource } from '../lib/previews';
import { shortPath } from '../lib/text';
import { useRequest } from '../lib/use-request';
import { addLongPaste, addPaths, changeDraft, draftsStore } from '../state/drafts';
import { jobsStore } from '../state/jobs';
import { changeSettings, useInfo, useSettings } from '../state/settings';
import { useStore } from '../state/store';
import { useForExperiment } from '../state/ui';
import { ModeSwitch } from '../kind-page/page-header';
import { DownloadOptionsField } from './download-options';
import { ErrorLine, PickButton } from './fields';
import { ListPreviews } from './list-preview';
import { NewJobDialog, useCreation } from './new-job-dialog';
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
  const settings = useSettings();
  const info = useInfo();
  const creation = useCreation('download');
  const forExperiment = useForExperiment();
  const sources = usePreviews(draft);
  const together = useMemo(() => combine(sources), [sources]);
  const remembered = useMemo(
    () => optionsDraft(settings?.downloadOptions ?? {}),
    [settings?.downloadOptions],
  );
  const options = draft.options ?? remembered;
  const isSingle = together.single !== null;
  const faults = useMemo(() => optionFaults(options, isSingle), [options, isSingle]);
  const directory = draft.directory ?? settings?.downloadDirectory ?? info?.downloadsDirectory ?? '';
  const { error } = creation;
  const aboutFolder = error !== null && FOLDER_CODES.has(error.code) && draft.listFiles.length === 0;

  const own = { out: options.name.trim() || null, checksum: options.checksum.trim() || null };
  const hasOwn = own.out !== null || own.checksum !== null;

  const missing =
    missingText(sources, together, hasOwn) ??
    Object.values(faults)[0] ??
    (directory === '' ? 'Choose a folder.' : null);
  const start = (): void => {
    if (settings === null) return;
    const texts = [...draft.pasted.map((list) => list.text), draft.text].filter((text) => text.trim() !== '');
    const { single } = together;
    creation.create(
      {
        kind: 'download',
        ...settings.download,
        ...(single !== null && hasOwn
          ? { urls: [single], text: null, listFiles: [], ...own }
          : {
              urls: [],
              text: texts.length === 0 ? null : texts.join('\n'),
              listFiles: [...draft.listFiles],
            }),
        directory,
        options: optionsOf(options),
      },
      () => {
        const next = rememberedOf(options);
        if (JSON.stringify(next) !== JSON.stringify(settings.downloadOptions))
          changeSettings({ downloadOptions: next });
      },
    );
  };
  return (
    <NewJobDialog
      kind="download"
      wide
      creation={creation}
      error={aboutFolder ? null : error}
      missing={missing}
      foot={forExperiment ? null : <ModeSwitch kind="download" />}
      start={
        together.isCurrent && !together.partial && together.entries > 0
          ? `Download ${filesText(together)}`
          : 'Download'
      }
      onStart={start}
    >
      <AddressesField text={draft.text} />
      <ListPreviews sources={sources} together={together} />
      <TargetField directory={directory} error={aboutFolder ? error : null} />
      <DownloadOptionsField
        options={options}
        faults={faults}
        isSingle={isSingle}
        hosts={together.hosts.length}
        onChange={changeOptions}
      />
    </NewJobDialog>
  );
}

/** @param hasOwn something is said that is for a single address: it has to be known whether there is one */
function missingText(
  sources: readonly PreviewedSource[],
  { entries, isCurrent }: Combined,
  hasOwn: boolean,
): string | null {
  if (sources.length === 0) return 'Enter at least one address.';
  if (!isCurrent && (hasOwn || entries === 0)) return 'Reading…';
  return entries === 0 ? 'There is no address to download.' : null;
}

function AddressesField({ text }: { readonly text: string }) {
  const id = useId();
  const onPaste = (event: ClipboardEvent): void => {
    if (addLongPaste(event.clipboardData.getData('text/plain'))) event.preventDefault();
  };
  return (
    <div className={styles['field']}>
      <div className={`${styles['line'] ?? ''} ${styles['spread'] ?? ''}`}>
        <label className={styles['label']} htmlFor={id}>
          Addresses, a list, a curl command, a page, a HAR file: paste or drop anything
        </label>
        <PickButton
          look="link"
          purpose="url-list"
          onPick={(paths) => {
            addPaths('download', paths);
          }}
        >
          Open file…
        </PickButton>
      </div>
      <textarea
        id={id}
        className={`${styles['area'] ?? ''} ${styles['addresses'] ?? ''}`}
        value={text}
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
          Save in
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
        <RecentMenu onChoose={change} />
        <PickButton
          purpose="download-folder"
          onPick={([path]) => {
            if (path !== undefined) change(path);
          }}
        >
          Choose…
        </PickButton>
      </div>
      <ErrorLine error={error} id={`${id}-error`} />
    </div>
  );
}

function FreeSpace({ directory }: { readonly directory: string }) {
  const free = useRequest('folders:free', directory === '' ? null : { path: directory });
  return <p className={styles['note']}>{free === null ? '' : `${formatBytes(free)} free`}</p>;
}

const MOST_RECENT = 8;

/** Folders of earlier downloads, the newest first. */
function RecentMenu({ onChoose }: { readonly onChoose: (path: string) => void }) {
  const jobs = useStore(jobsStore, (value) => value);
  const folders = useMemo(() => {
    const all = jobs.kinds.download.ids.map((job) => jobs.byId.get(job)?.folder ?? '');
    // A path that is not text is shown in another form, which leads elsewhere.
    const usable = all.filter((path) => path !== '' && fitsOnLine(path) && !path.includes('\\x'));
    return [...new Set(usable)].slice(0, MOST_RECENT);
  }, [jobs]);
  if (folders.length === 0) return null;
  return (
    <MenuButton
      label="Recent folders"
      entries={folders.map((path) => ({ id: path, text: shortPath(path) }))}
      onAction={onChoose}
    >
      Recent <span aria-hidden="true">▾</span>
    </MenuButton>
  );
}
