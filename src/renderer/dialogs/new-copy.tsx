import { useId } from 'react';
import type { CopyPolicy } from '../../common/model/copy-options';
import type { CopyJobRequest } from '../../common/model/job-request';
import { text } from '../../common/text/text';
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

const LAYOUTS = ['named', 'contents'] as const;
const POLICIES: readonly CopyPolicy[] = ['refuse', 'skip', 'overwrite', 'newer', 'number'];

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
      ? text('dialog.add-something')
      : draft.destination === ''
        ? text('copy.choose-destination')
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
      start={text('copy.start')}
      onStart={() => {
        start(false);
      }}
      instead={{
        text: text('copy.dry-run'),
        onPress: () => {
          start(true);
        },
      }}
      // What would be deleted is shown before anything is.
      onlyInstead={draft.mirror}
    >
      <SourcesField kind="copy" label={text('copy.from')} none={text('copy.from.none')} />
      <FolderField
        id={id}
        label={text('copy.to')}
        value={draft.destination}
        placeholder={text('copy.to.hint')}
        purpose="copy-target"
        recent={settings?.recentFolders.targets ?? []}
        error={aboutDestination ? error : null}
        onChange={(path) => {
          changeDraft('copy', { destination: path });
        }}
      />
      <div className={styles['line']}>
        <span className={styles['label']}>{text('copy.layout')}</span>
        <Segmented
          label={text('copy.layout')}
          options={LAYOUTS.map((value) => ({ value, text: text(`copy.layout.${value}`) }))}
          value={draft.layout}
          onChange={(layout) => {
            changeDraft('copy', { layout });
          }}
        />
      </div>
      <FirstFile asked={asked} />
      <Select
        id={`${id}-existing`}
        label={text('copy.existing')}
        value={draft.existing}
        options={POLICIES.map((value) => ({ value, text: text(`copy.existing.${value}`) }))}
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
        {text('copy.verify')}
      </Check>
      <Check
        checked={draft.checksum}
        onChange={(checksum) => {
          changeDraft('copy', { checksum });
        }}
      >
        {text('copy.checksum')}
      </Check>
      <Check
        checked={draft.sync}
        onChange={(sync) => {
          changeDraft('copy', { sync });
        }}
      >
        {text('copy.sync')}
      </Check>
      <Check
        checked={draft.digests}
        onChange={(digests) => {
          changeDraft('copy', { digests });
        }}
      >
        {text('copy.digests')}
      </Check>
      <Check
        checked={draft.mirror}
        onChange={(mirror) => {
          changeDraft('copy', { mirror });
        }}
      >
        {text('copy.mirror')}
      </Check>
      <Check
        checked={draft.inPlace}
        onChange={(inPlace) => {
          changeDraft('copy', { inPlace });
        }}
      >
        {text('copy.in-place')}
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
