import { useId } from 'react';
import { changeDraft, draftsStore } from '../state/drafts';
import { useSettings } from '../state/settings';
import { useStore } from '../state/store';
import { FolderField, HowField } from './fields';
import { NewJobDialog, useCreation } from './new-job-dialog';
import { SourcesField } from './sources-field';

/** Codes of errors that are about the destination. */
const DESTINATION_CODES: ReadonlySet<string> = new Set([
  'copy-into-itself',
  'not-a-folder',
  'read-only',
  'disk-full',
  'target-exists',
]);

export function NewCopy() {
  const draft = useStore(draftsStore, (drafts) => drafts.copy);
  const settings = useSettings();
  const creation = useCreation('copy');
  const id = useId();
  const { error } = creation;
  const aboutDestination = error !== null && DESTINATION_CODES.has(error.code);
  const missing =
    draft.paths.length === 0
      ? 'Add at least one file or folder.'
      : draft.destination === ''
        ? 'Choose where the copy goes.'
        : null;

  const start = (): void => {
    if (settings === null) return;
    creation.create({
      kind: 'copy',
      ...settings.copy,
      sources: [...draft.paths],
      destination: draft.destination,
    });
  };
  return (
    <NewJobDialog
      kind="copy"
      creation={creation}
      error={aboutDestination ? null : error}
      missing={missing}
      start="Copy"
      onStart={start}
    >
      <SourcesField kind="copy" label="From" none="Add or drop what is to be copied." />
      <FolderField
        id={id}
        label="To"
        value={draft.destination}
        placeholder="A folder that receives the copies"
        purpose="copy-target"
        error={aboutDestination ? error : null}
        onChange={(path) => {
          changeDraft('copy', { destination: path });
        }}
      />
      <HowField kind="copy" />
    </NewJobDialog>
  );
}
