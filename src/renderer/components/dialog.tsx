import type { ReactNode } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import styles from './dialog.module.css';

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly small?: boolean;
  readonly wide?: boolean;
  readonly alert?: boolean;
}

/** A modal dialog. Escape and a click beside it close it. */
export function Dialog({
  title,
  onClose,
  children,
  small = false,
  wide = false,
  alert = false,
}: DialogProps) {
  return (
    <ModalOverlay
      isOpen
      isDismissable
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      className={styles['overlay'] ?? ''}
    >
      <Modal
        className={`${styles['modal'] ?? ''} ${small ? (styles['small'] ?? '') : wide ? (styles['wide'] ?? '') : ''}`}
      >
        <AriaDialog className={styles['dialog'] ?? ''} role={alert ? 'alertdialog' : 'dialog'}>
          <Heading slot="title" level={2} className={styles['title'] ?? ''}>
            {title}
          </Heading>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
