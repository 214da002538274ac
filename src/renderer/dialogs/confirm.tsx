import type { ReactNode } from 'react';
import { Button } from '../components/button';
import { Dialog } from '../components/dialog';
import styles from './form.module.css';

interface ConfirmProps {
  readonly title: string;
  /** What the buttons say. */
  readonly keep: string;
  readonly act: string;
  readonly onAct: () => void;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** Asks before what cannot be taken back; Enter leaves all as it is. */
export function Confirm({ title, keep, act, onAct, onClose, children }: ConfirmProps) {
  return (
    <Dialog title={title} small alert onClose={onClose}>
      <div className={styles['body']}>
        <p>{children}</p>
      </div>
      <div className={styles['buttons']}>
        <Button onPress={onClose} autoFocus>
          {keep}
        </Button>
        <Button
          look="danger"
          onPress={() => {
            onAct();
            onClose();
          }}
        >
          {act}
        </Button>
      </div>
    </Dialog>
  );
}
