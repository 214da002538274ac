import type { ReactNode } from 'react';
import { text } from '../../common/text/text';
import { addPaths, changeDraft, draftsStore } from '../state/drafts';
import { useSettings } from '../state/settings';
import { useStore } from '../state/store';
import { PathList, PickButton } from './fields';
import { RecentMenu } from './recent-menu';
import styles from './form.module.css';

interface SourcesFieldProps {
  readonly kind: 'hash' | 'copy';
  readonly label: string;
  readonly none: ReactNode;
}

/** Files and folders, picked or dropped. */
export function SourcesField({ kind, label, none }: SourcesFieldProps) {
  const paths = useStore(draftsStore, (drafts) => drafts[kind].paths);
  const recent = useSettings()?.recentFolders.sources ?? [];
  const add = (picked: readonly string[]): void => {
    addPaths(kind, picked);
  };
  return (
    <div className={styles['field']}>
      <div className={`${styles['line'] ?? ''} ${styles['spread'] ?? ''}`}>
        <span className={styles['label']}>{label}</span>
        <span className={styles['line']}>
          <PickButton purpose="folders" onPick={add}>
            {text('dialog.add-folders')}
          </PickButton>
          <PickButton purpose="files" onPick={add}>
            {text('dialog.add-files')}
          </PickButton>
          <RecentMenu
            paths={recent.filter((path) => !paths.includes(path))}
            onChoose={(path) => {
              add([path]);
            }}
          />
        </span>
      </div>
      <PathList
        label={label}
        paths={paths}
        none={none}
        onRemove={(path) => {
          changeDraft(kind, { paths: paths.filter((other) => other !== path) });
        }}
      />
    </div>
  );
}
