import { ALGORITHMS, ALGORITHM_NAMES, type Algorithm } from '../../common/model/digests';
import type { JobRequest } from '../../common/model/job-request';
import { Segmented } from '../components/segmented';
import { rulesFault, rulesOf } from '../lib/rules-draft';
import { changeDraft, draftsStore } from '../state/drafts';
import { useSettings } from '../state/settings';
import { useStore } from '../state/store';
import { Check, HowField } from './fields';
import { NewJobDialog, useCreation } from './new-job-dialog';
import { RulesField } from './rules-field';
import { SourcesField } from './sources-field';
import styles from './form.module.css';

export function NewHash() {
  const draft = useStore(draftsStore, (drafts) => drafts.hash);
  const settings = useSettings();
  const creation = useCreation('hash');
  const duplicates = draft.aim === 'duplicates';
  const missing =
    draft.paths.length === 0
      ? 'Add at least one file or folder.'
      : !duplicates && draft.algorithms.length === 0
        ? 'Choose an algorithm.'
        : rulesFault(draft.rules);

  const asked: JobRequest | null =
    settings === null
      ? null
      : {
          kind: 'hash',
          ...settings.hash,
          paths: [...draft.paths],
          // Duplicates are told by digests that the engine chooses.
          algorithms: duplicates ? ['blake3'] : [...draft.algorithms],
          manifest: null,
          rules: rulesOf(draft.rules),
          cache: draft.cache,
          duplicates,
        };
  return (
    <NewJobDialog
      kind="hash"
      creation={creation}
      error={creation.error}
      missing={missing}
      request={asked}
      start={duplicates ? 'Find duplicates' : 'Hash'}
      onStart={() => {
        if (asked !== null) creation.create(asked);
      }}
    >
      <div className={styles['line']}>
        <Segmented
          label="What to do"
          value={draft.aim}
          options={[
            { value: 'digests', text: 'Digests', title: 'A digest of each file' },
            { value: 'duplicates', text: 'Duplicates', title: 'Files with the same content' },
          ]}
          onChange={(aim) => {
            changeDraft('hash', { aim });
          }}
        />
        <p className={styles['note']}>
          {duplicates
            ? 'Finds files with the same content. What happens to them is up to you.'
            : 'A digest of each file.'}
        </p>
      </div>
      <SourcesField kind="hash" label="Files and folders" none="Add or drop files and folders." />
      {!duplicates && <AlgorithmsField chosen={draft.algorithms} />}
      <RulesField
        rules={draft.rules}
        usualLinks="skip"
        onChange={(rules) => {
          changeDraft('hash', { rules });
        }}
      />
      <Check
        checked={draft.cache}
        onChange={(cache) => {
          changeDraft('hash', { cache });
        }}
      >
        Reuse known digests of files that have not changed
      </Check>
      <HowField kind="hash" />
    </NewJobDialog>
  );
}

function AlgorithmsField({ chosen }: { readonly chosen: readonly Algorithm[] }) {
  return (
    <div role="group" aria-label="Algorithms" className={styles['wrap']}>
      {ALGORITHMS.map((algorithm) => (
        <Check
          key={algorithm}
          checked={chosen.includes(algorithm)}
          onChange={(on) => {
            changeDraft('hash', {
              algorithms: ALGORITHMS.filter((other) => (other === algorithm ? on : chosen.includes(other))),
            });
          }}
        >
          {ALGORITHM_NAMES[algorithm]}
        </Check>
      ))}
    </div>
  );
}
