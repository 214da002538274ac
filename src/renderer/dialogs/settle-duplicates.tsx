/** Asks which copy of a file stays, and what becomes of the others. */
import { useState } from 'react';
import type { DuplicateEnd, DuplicateGroup } from '../../common/model/duplicates';
import { formatBytes } from '../../common/model/units';
import { visible } from '../../common/model/visible';
import { Button } from '../components/button';
import { Dialog } from '../components/dialog';
import { inBrowser } from '../lib/place';
import { plural } from '../lib/text';
import formStyles from './form.module.css';
import styles from './settle-duplicates.module.css';

interface SettleDuplicatesProps {
  readonly group: DuplicateGroup;
  readonly onClose: () => void;
  readonly onSettle: (keep: number, go: readonly number[], how: DuplicateEnd) => void;
}

export function SettleDuplicates({ group, onClose, onSettle }: SettleDuplicatesProps) {
  const { ids, paths, size } = group;
  const [keep, setKeep] = useState(ids[0] ?? 0);
  const [left, setLeft] = useState<ReadonlySet<number>>(new Set());
  const go = ids.filter((id) => id !== keep && !left.has(id));
  const settle = (how: DuplicateEnd): void => {
    onSettle(keep, go, how);
    onClose();
  };
  const kept = paths[ids.indexOf(keep)] ?? '';
  return (
    <Dialog title="Which copy stays?" wide onClose={onClose}>
      <div className={formStyles['body']}>
        <table className={styles['files']}>
          <thead>
            <tr>
              <th scope="col">Keep</th>
              <th scope="col">Replace or remove</th>
              <th scope="col">File</th>
            </tr>
          </thead>
          <tbody>
            {paths.map((path, index) => {
              const id = ids[index] ?? 0;
              return (
                <tr key={id}>
                  <td>
                    <input
                      type="radio"
                      name="keep"
                      aria-label={`Keep ${visible(path)}`}
                      checked={id === keep}
                      onChange={() => {
                        setKeep(id);
                      }}
                    />
                  </td>
                  <td>
                    <input
                      type="checkbox"
                      aria-label={`Replace or remove ${visible(path)}`}
                      disabled={id === keep}
                      checked={go.includes(id)}
                      onChange={() => {
                        setLeft((before) => {
                          const after = new Set(before);
                          if (!after.delete(id)) after.add(id);
                          return after;
                        });
                      }}
                    />
                  </td>
                  <td className={styles['path']}>{visible(path)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
        <p>
          <strong>{visible(kept)}</strong> stays. {plural(go.length, 'copy', 'copies')} selected,{' '}
          {formatBytes(go.length * size)}. Each file is read once more before anything happens to it; one that
          has changed is left alone.
        </p>
        <p className={styles['note']}>
          A hard link is another name of the same file: every name then shows the same content, permissions
          and times, and a change through one name is seen through all of them.
        </p>
      </div>
      <div className={formStyles['buttons']}>
        <Button onPress={onClose} autoFocus>
          Cancel
        </Button>
        <Button
          isDisabled={go.length === 0}
          onPress={() => {
            settle('link');
          }}
        >
          Replace with hard links
        </Button>
        {!inBrowser && (
          <Button
            look="danger"
            isDisabled={go.length === 0}
            onPress={() => {
              settle('trash');
            }}
          >
            Move to trash
          </Button>
        )}
      </div>
    </Dialog>
  );
}
