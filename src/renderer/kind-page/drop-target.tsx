/** Takes files and text dropped anywhere on a page, and says so while something is held over it. */
import { useRef, useState, type DragEvent, type ReactNode } from 'react';
import { text } from '../../common/text/text';
import { kindText, type PageKind } from '../kinds';
import { isOwnDrag } from '../lib/own-drag';
import { takeDrop } from '../state/opening';
import { notifyError } from '../state/notices';
import styles from './drop-target.module.css';

interface DropTargetProps {
  /** `null`: a page that makes no jobs; it is asked what the files are for. */
  readonly kind: PageKind | null;
  readonly children: ReactNode;
}

export function DropTarget({ kind, children }: DropTargetProps) {
  const [over, setOver] = useState(false);
  // Entering a child comes before leaving its parent; only the balance says whether the pointer is still inside.
  const depth = useRef(0);

  const takes = (event: DragEvent): boolean => {
    if (isOwnDrag()) return false;
    const { types } = event.dataTransfer;
    return types.includes('Files') || types.includes('text/uri-list') || types.includes('text/plain');
  };
  return (
    <div
      className={styles['target']}
      onDragEnter={(event) => {
        depth.current += 1;
        if (takes(event)) setOver(true);
      }}
      onDragLeave={() => {
        depth.current -= 1;
        if (depth.current <= 0) setOver(false);
      }}
      onDragOver={(event) => {
        if (!takes(event)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = 'copy';
      }}
      onDrop={(event) => {
        depth.current = 0;
        setOver(false);
        if (!takes(event)) return;
        event.preventDefault();
        takeDrop(kind, event.dataTransfer).catch(notifyError);
      }}
    >
      {children}
      {over && (
        <div className={styles['overlay']}>
          <p className={styles['text']}>{kind === null ? text('job.drop') : kindText(kind, 'drop')}</p>
        </div>
      )}
    </div>
  );
}
