import { useId, type ClipboardEvent } from 'react';
import { plural } from '../lib/text';
import { addLongPaste, addPaths, changeDraft, draftsStore } from '../state/drafts';
import { useInfo, useSettings } from '../state/settings';
import { useStore } from '../state/store';
import { FolderField, HowField, PathList, PickButton } from './fields';
import { PreviewDetails, previewText } from './list-preview';
import { usePreview } from './use-preview';
import { NewJobDialog, useCreation } from './new-job-dialog';
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

export function NewDownload() {
  const draft = useStore(draftsStore, (drafts) => drafts.download);
  const settings = useSettings();
  const info = useInfo();
  const creation = useCreation('download');
  const preview = usePreview({ text: draft.text });
  const understood = preview?.entries ?? 0;
  const id = useId();
  const directory = draft.directory ?? settings?.downloadDirectory ?? info?.downloadsDirectory ?? '';
  const { error } = creation;
  const aboutFolder = error !== null && FOLDER_CODES.has(error.code) && draft.listFiles.length === 0;
  const hasInput = draft.text.trim() !== '' || draft.pasted.length > 0 || draft.listFiles.length > 0;
  const nothingUnderstood = draft.pasted.length === 0 && draft.listFiles.length === 0 && understood === 0;
  const missing =
    !hasInput || nothingUnderstood ? 'Enter at least one URL.' : directory === '' ? 'Choose a folder.' : null;

  const start = (): void => {
    if (settings === null) return;
    const texts = [...draft.pasted.map((list) => list.text), draft.text].filter((text) => text.trim() !== '');
    creation.create({
      kind: 'download',
      ...settings.download,
      urls: [],
      text: texts.length === 0 ? null : texts.join('\n'),
      listFiles: [...draft.listFiles],
      directory,
    });
  };
  const onPaste = (event: ClipboardEvent): void => {
    if (addLongPaste(event.clipboardData.getData('text/plain'))) event.preventDefault();
  };
  return (
    <NewJobDialog
      kind="download"
      creation={creation}
      error={aboutFolder ? null : error}
      missing={missing}
      start={
        understood > 0 && preview?.partial === false && hasOnlyText(draft)
          ? `Download ${plural(understood, 'URL', 'URLs')}`
          : 'Download'
      }
      onStart={start}
    >
      <div className={styles['field']}>
        <label className={styles['label']} htmlFor={id}>
          URLs, one a line
        </label>
        <textarea
          id={id}
          className={styles['area']}
          value={draft.text}
          placeholder={'https://example.org/one.zip\nhttps://example.org/two.zip'}
          spellCheck={false}
          wrap="off"
          aria-describedby={`${id}-count`}
          // The field is what the dialog was opened for.
          autoFocus
          onPaste={onPaste}
          onChange={(event) => {
            changeDraft('download', { text: event.target.value });
          }}
        />
        <div className={`${styles['line'] ?? ''} ${styles['spread'] ?? ''}`}>
          <p id={`${id}-count`} className={styles['note']} aria-live="polite">
            {previewText(preview)}
          </p>
          <PickButton
            purpose="url-list"
            onPick={(paths) => {
              addPaths('download', paths);
            }}
          >
            Open list…
          </PickButton>
        </div>
        <PreviewDetails preview={preview} />
      </div>
      <PathList
        label="Lists"
        paths={draft.listFiles}
        none={null}
        onRemove={(path) => {
          changeDraft('download', { listFiles: draft.listFiles.filter((other) => other !== path) });
        }}
      />
      {draft.listFiles.map((file) => (
        <ListFilePreview key={file} file={file} />
      ))}
      {draft.pasted.map((list) => (
        <PastedCount
          key={list.id}
          text={list.text}
          onRemove={() => {
            changeDraft('download', { pasted: draft.pasted.filter((other) => other.id !== list.id) });
          }}
        />
      ))}
      <FolderField
        id={`${id}-folder`}
        label="Folder"
        value={directory}
        purpose="download-folder"
        error={aboutFolder ? error : null}
        onChange={(path) => {
          changeDraft('download', { directory: path });
        }}
      />
      <HowField kind="download" />
    </NewJobDialog>
  );
}

function hasOnlyText(draft: {
  readonly pasted: readonly unknown[];
  readonly listFiles: readonly unknown[];
}): boolean {
  return draft.pasted.length === 0 && draft.listFiles.length === 0;
}

function ListFilePreview({ file }: { readonly file: string }) {
  const preview = usePreview({ file });
  if (preview === null) return null;
  return (
    <div>
      <p className={styles['note']}>{previewText(preview)}</p>
      <PreviewDetails preview={preview} />
    </div>
  );
}

interface PastedCountProps {
  readonly text: string;
  readonly onRemove: () => void;
}

/** A pasted list too long for the field. */
function PastedCount({ text, onRemove }: PastedCountProps) {
  const preview = usePreview({ text });
  return (
    <div className={styles['paths']}>
      <div className={styles['path']}>
        <span className={styles['pathText']}>Pasted text: {previewText(preview)}</span>
        <button
          type="button"
          className={styles['remove']}
          aria-label="Remove the pasted text"
          onClick={onRemove}
        >
          <span aria-hidden="true">✕</span>
        </button>
      </div>
    </div>
  );
}
