/** Takes files and text dropped anywhere on a page, and says so while something is held over it. */
import { useRef, useState, type DragEvent, type ReactNode } from 'react';
import { WORDS, type PageKind } from '../kinds';
import { takeDrop } from '../state/drafts';
import { notifyError } from '../state/notices';
import styles from './drop-target.module.css';

interface DropTargetProps {
  readonly kind: PageKind;
  readonly children: ReactNode;
}

export function DropTarget({ kind, children }: DropTargetProps) {
  const [over, setOver] = useState(false);
  // Entering a child comes before leaving its parent; only the balance says whether the pointer is still inside.
  const depth = useRef(0);

  const takes = (event: DragEvent): boolean => {
    const { types } = event.dataTransfer;
    return types.includes('Files') || (kind === 'download' && types.includes('text/plain'));
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
          <p className={styles['text']}>{WORDS[kind].drop}</p>
        </div>
      )}
    </div>
  );
}
