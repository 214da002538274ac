/** Asks which copy of a file stays, and what becomes of the others. */
import { useId, useState } from 'react';
import type { DuplicateEnd, DuplicateGroup } from '../../common/model/duplicates';
import { formatBytes } from '../../common/model/units';
import { visible } from '../../common/model/visible';
import { text } from '../../common/text/text';
import { Button } from '../components/button';
import { Dialog } from '../components/dialog';
import { rich } from '../components/rich-text';
import { inBrowser } from '../lib/place';
import { useInfo } from '../state/settings';
import formStyles from './form.module.css';
import styles from './settle-duplicates.module.css';

interface SettleDuplicatesProps {
  readonly group: DuplicateGroup;
  readonly onClose: () => void;
  readonly onSettle: (keep: number, go: readonly number[], how: DuplicateEnd) => void;
}

export function SettleDuplicates({ group, onClose, onSettle }: SettleDuplicatesProps) {
  const { ids, paths, size } = group;
  const name = useId();
  const [keep, setKeep] = useState(ids[0] ?? 0);
  const [left, setLeft] = useState<ReadonlySet<number>>(new Set());
  const go = ids.filter((id) => id !== keep && !left.has(id));
  const settle = (how: DuplicateEnd): void => {
    onSettle(keep, go, how);
    onClose();
  };
  const kept = paths[ids.indexOf(keep)] ?? '';
  // Of the systems that Heddle runs on, Linux alone has a call for it that cannot lose anything.
  const hasReflinks = useInfo()?.platform.startsWith('linux') === true;
  return (
    <Dialog title={text('settle.title')} wide onClose={onClose}>
      <div className={formStyles['body']}>
        <table className={styles['files']}>
          <thead>
            <tr>
              <th scope="col">{text('settle.keep')}</th>
              <th scope="col">{text('settle.go')}</th>
              <th scope="col">{text('settle.file')}</th>
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
                      name={name}
                      aria-label={text('settle.keep.one', { path: visible(path) })}
                      checked={id === keep}
                      onChange={() => {
                        setKeep(id);
                      }}
                    />
                  </td>
                  <td>
                    <input
                      type="checkbox"
                      aria-label={text('settle.go.one', { path: visible(path) })}
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
          {rich('settle.stays', {
            path: visible(kept),
            b: (words) => <strong>{words}</strong>,
            count: go.length,
            bytes: formatBytes(go.length * size),
          })}
        </p>
        <p className={styles['note']}>{text('settle.hard-links')}</p>
        {hasReflinks && <p className={styles['note']}>{text('settle.reflinks')}</p>}
      </div>
      <div className={formStyles['buttons']}>
        <Button onPress={onClose} autoFocus>
          {text('common.cancel')}
        </Button>
        <Button
          isDisabled={go.length === 0}
          onPress={() => {
            settle('link');
          }}
        >
          {text('settle.link')}
        </Button>
        {hasReflinks && (
          <Button
            isDisabled={go.length === 0}
            onPress={() => {
              settle('reflink');
            }}
          >
            {text('settle.reflink')}
          </Button>
        )}
        {!inBrowser && (
          <Button
            look="danger"
            isDisabled={go.length === 0}
            onPress={() => {
              settle('trash');
            }}
          >
            {text('settle.trash')}
          </Button>
        )}
      </div>
    </Dialog>
  );
}
