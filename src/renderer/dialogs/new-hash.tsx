import { ALGORITHMS, ALGORITHM_NAMES, type Algorithm } from '../../common/model';
import { changeDraft, draftsStore } from '../state/drafts';
import { useSettings } from '../state/settings';
import { useStore } from '../state/store';
import { HowField } from './fields';
import { NewJobDialog, useCreation } from './new-job-dialog';
import { SourcesField } from './sources-field';
import styles from './form.module.css';

export function NewHash() {
  const draft = useStore(draftsStore, (drafts) => drafts.hash);
  const settings = useSettings();
  const creation = useCreation('hash');
  const missing =
    draft.paths.length === 0
      ? 'Add at least one file or folder.'
      : draft.algorithms.length === 0
        ? 'Choose an algorithm.'
        : null;

  const start = (): void => {
    if (settings === null) return;
    creation.create({
      kind: 'hash',
      ...settings.hash,
      paths: [...draft.paths],
      algorithms: [...draft.algorithms],
      manifest: null,
    });
  };
  const toggle = (algorithm: Algorithm, on: boolean): void => {
    changeDraft('hash', {
      algorithms: ALGORITHMS.filter((other) => (other === algorithm ? on : draft.algorithms.includes(other))),
    });
  };
  return (
    <NewJobDialog
      kind="hash"
      creation={creation}
      error={creation.error}
      missing={missing}
      start="Hash"
      onStart={start}
    >
      <SourcesField kind="hash" label="Files and folders" none="Add or drop what is to be hashed." />
      <div role="group" aria-label="Algorithms" className={styles['wrap']}>
        {ALGORITHMS.map((algorithm) => (
          <label key={algorithm} className={styles['check']}>
            <input
              type="checkbox"
              checked={draft.algorithms.includes(algorithm)}
              onChange={(event) => {
                toggle(algorithm, event.target.checked);
              }}
            />
            {ALGORITHM_NAMES[algorithm]}
          </label>
        ))}
      </div>
      <HowField kind="hash" />
    </NewJobDialog>
  );
}
