import { useId } from 'react';
import type { CopyPolicy } from '../../common/model/copy-options';
import type { CopyJobRequest } from '../../common/model/job-request';
import { Segmented } from '../components/segmented';
import { rulesFault, rulesOf } from '../lib/rules-draft';
import { changeDraft, draftsStore } from '../state/drafts';
import { useSettings } from '../state/settings';
import { useStore } from '../state/store';
import { Check, FolderField, HowField, Select } from './fields';
import { NewJobDialog, useCreation } from './new-job-dialog';
import { FirstFile } from './first-file';
import styles from './form.module.css';
import { RulesField } from './rules-field';
import { SourcesField } from './sources-field';

const LAYOUTS = [
  { value: 'named', text: 'The folder itself' },
  { value: 'contents', text: 'Its contents' },
] as const;

const POLICIES: readonly { readonly value: CopyPolicy; readonly text: string }[] = [
  { value: 'refuse', text: 'Ask me at the end' },
  { value: 'skip', text: 'Skip' },
  { value: 'overwrite', text: 'Overwrite' },
  { value: 'newer', text: 'Overwrite if older' },
  { value: 'number', text: 'Keep both (number the copy)' },
];

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
        ? 'Choose a destination.'
        : rulesFault(draft.rules);

  const { existing, verify, checksum, sync, mirror, inPlace } = draft;
  const asked: CopyJobRequest | null =
    settings === null || missing !== null
      ? null
      : {
          kind: 'copy',
          ...settings.copy,
          sources: [...draft.paths],
          destination: draft.destination,
          layout: draft.layout,
          options: { existing, verify, checksum, sync, mirror, inPlace },
          rules: rulesOf(draft.rules),
          algorithms: draft.digests ? ['sha256'] : [],
        };
  const start = (dryRun: boolean): void => {
    if (asked !== null) creation.create({ ...asked, options: { ...asked.options, dryRun } });
  };
  return (
    <NewJobDialog
      kind="copy"
      creation={creation}
      error={aboutDestination ? null : error}
      missing={missing}
      request={asked}
      start="Copy"
      onStart={() => {
        start(false);
      }}
      instead={{
        text: 'Show what would happen',
        onPress: () => {
          start(true);
        },
      }}
      // What would be deleted is shown before anything is.
      onlyInstead={draft.mirror}
    >
      <SourcesField kind="copy" label="From" none="Add or drop the files and folders to copy." />
      <FolderField
        id={id}
        label="To"
        value={draft.destination}
        placeholder="Destination folder"
        purpose="copy-target"
        recent={settings?.recentFolders.targets ?? []}
        error={aboutDestination ? error : null}
        onChange={(path) => {
          changeDraft('copy', { destination: path });
        }}
      />
      <div className={styles['line']}>
        <span className={styles['label']}>For a folder, copy</span>
        <Segmented
          label="For a folder, copy"
          options={LAYOUTS}
          value={draft.layout}
          onChange={(layout) => {
            changeDraft('copy', { layout });
          }}
        />
      </div>
      <FirstFile asked={asked} />
      <Select
        id={`${id}-existing`}
        label="If the target differs"
        value={draft.existing}
        options={POLICIES}
        onChange={(existing) => {
          changeDraft('copy', { existing });
        }}
      />
      <Check
        checked={draft.verify}
        onChange={(verify) => {
          changeDraft('copy', { verify });
        }}
      >
        Verify after copying: read each file back from the device and compare
      </Check>
      <Check
        checked={draft.checksum}
        onChange={(checksum) => {
          changeDraft('copy', { checksum });
        }}
      >
        Compare existing files by content instead of size and time
      </Check>
      <Check
        checked={draft.sync}
        onChange={(sync) => {
          changeDraft('copy', { sync });
        }}
      >
        Flush each copy to the device: slower, but survives a power failure
      </Check>
      <Check
        checked={draft.digests}
        onChange={(digests) => {
          changeDraft('copy', { digests });
        }}
      >
        Compute SHA-256 digests while copying, for a manifest
      </Check>
      <Check
        checked={draft.mirror}
        onChange={(mirror) => {
          changeDraft('copy', { mirror });
        }}
      >
        Mirror: delete target files that are not in the source (shown first)
      </Check>
      <Check
        checked={draft.inPlace}
        onChange={(inPlace) => {
          changeDraft('copy', { inPlace });
        }}
      >
        In place: write into files that cannot be replaced; stopping leaves them half-written
      </Check>
      <RulesField
        rules={draft.rules}
        usualLinks="link"
        onChange={(rules) => {
          changeDraft('copy', { rules });
        }}
      />
      <HowField kind="copy" />
    </NewJobDialog>
  );
}
