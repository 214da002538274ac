import { ALGORITHMS, ALGORITHM_NAMES, type Algorithm } from '../../common/model/digests';
import type { JobRequest } from '../../common/model/job-request';
import { text } from '../../common/text/text';
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
      ? text('dialog.add-something')
      : !duplicates && draft.algorithms.length === 0
        ? text('hash.choose-algorithm')
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
      start={text(duplicates ? 'hash.start-duplicates' : 'hash.start')}
      onStart={() => {
        if (asked !== null) creation.create(asked);
      }}
    >
      <div className={styles['line']}>
        <Segmented
          label={text('hash.what')}
          value={draft.aim}
          options={[
            { value: 'digests', text: text('hash.digests'), title: text('hash.digests.note') },
            { value: 'duplicates', text: text('hash.duplicates'), title: text('hash.duplicates.note') },
          ]}
          onChange={(aim) => {
            changeDraft('hash', { aim });
          }}
        />
        <p className={styles['note']}>{text(duplicates ? 'hash.duplicates.about' : 'hash.digests.about')}</p>
      </div>
      <SourcesField kind="hash" label={text('hash.sources')} none={text('hash.none')} />
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
        {text('hash.cache')}
      </Check>
      <HowField kind="hash" />
    </NewJobDialog>
  );
}

function AlgorithmsField({ chosen }: { readonly chosen: readonly Algorithm[] }) {
  return (
    <div role="group" aria-label={text('hash.algorithms')} className={styles['wrap']}>
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
