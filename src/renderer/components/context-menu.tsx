/** The menu of the thing that was pressed with the right button, or with the keys for it. One is open at a time. */
import { useEffect, useRef, type Key } from 'react';
import { Popover } from 'react-aria-components';
import { contextMenuStore, closeContextMenu } from '../state/context-menu';
import { useStore } from '../state/store';
import { MenuList } from './menu';
import styles from './menu.module.css';

export function ContextMenuHost() {
  const open = useStore(contextMenuStore, (menu) => menu);
  const place = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (open === null) return undefined;
    const { returnTo } = open;
    return () => {
      // Only where nothing else took the focus meanwhile: a dialog that the menu opened, say.
      setTimeout(() => {
        if (document.activeElement === document.body && returnTo?.isConnected === true) returnTo.focus();
      });
    };
  }, [open]);
  if (open === null) return null;
  const choose = (key: Key): void => {
    open.onAction(String(key));
    closeContextMenu();
  };
  return (
    <>
      <span
        ref={place}
        aria-hidden="true"
        className={styles['place']}
        style={{ left: open.x, top: open.y }}
      />
      <Popover
        isOpen
        aria-label={open.label}
        triggerRef={place}
        placement="bottom start"
        offset={0}
        className={styles['popover'] ?? ''}
        onOpenChange={(isOpen) => {
          if (!isOpen) closeContextMenu();
        }}
      >
        <MenuList label={open.label} entries={open.entries} onAction={choose} onClose={closeContextMenu} />
      </Popover>
    </>
  );
}
