/** Menus: a button that opens one, and the list of entries that all of them have. */
import type { Key, ReactNode } from 'react';
import { Menu, MenuItem, MenuSection, MenuTrigger, Popover, Separator } from 'react-aria-components';
import { Button } from './button';
import styles from './menu.module.css';

export interface MenuEntry {
  readonly id: string;
  readonly text: string;
  readonly disabled?: boolean;
  /** Keys that do the same, as they are written on them. */
  readonly keys?: string;
  /** A line stands above it. */
  readonly apart?: boolean;
  /** It is on or off, and says which. */
  readonly checked?: boolean;
}

interface MenuListProps {
  readonly label: string;
  readonly entries: readonly MenuEntry[];
  /** Set where the menu chooses one of several values. */
  readonly selected?: string | undefined;
  readonly onAction: (key: Key) => void;
  readonly onClose?: () => void;
}

export function MenuList({ label, entries, selected, onAction, onClose }: MenuListProps) {
  const checkable = entries.filter((entry) => entry.checked !== undefined);
  return (
    <Menu
      className={styles['menu'] ?? ''}
      aria-label={label}
      onAction={onAction}
      // A menu button says itself which entry is focused first.
      {...(onClose === undefined ? {} : { autoFocus: 'first' as const, onClose })}
      disabledKeys={entries.filter((entry) => entry.disabled === true).map((entry) => entry.id)}
      {...(selected === undefined
        ? {}
        : { selectionMode: 'single' as const, selectedKeys: [selected], disallowEmptySelection: true })}
    >
      {checkable.length > 0 && (
        <MenuSection
          aria-label={label}
          selectionMode="multiple"
          selectedKeys={checkable.filter((entry) => entry.checked === true).map((entry) => entry.id)}
        >
          {checkable.map(itemOf)}
        </MenuSection>
      )}
      {entries
        .filter((entry) => entry.checked === undefined)
        .flatMap((entry) => [
          ...(entry.apart === true
            ? [<Separator key={`above ${entry.id}`} className={styles['line'] ?? ''} />]
            : []),
          itemOf(entry),
        ])}
    </Menu>
  );
}

function itemOf(entry: MenuEntry) {
  return (
    <MenuItem key={entry.id} id={entry.id} className={styles['item'] ?? ''} textValue={entry.text}>
      {entry.text}
      {entry.keys !== undefined && (
        <kbd aria-hidden="true" className={styles['keys']}>
          {entry.keys}
        </kbd>
      )}
    </MenuItem>
  );
}

interface MenuButtonProps extends Omit<MenuListProps, 'onAction' | 'onClose'> {
  readonly children: ReactNode;
  readonly icon?: boolean;
  readonly disabled?: boolean;
  readonly onAction: (id: string) => void;
}

export function MenuButton({ children, icon = false, disabled = false, onAction, ...list }: MenuButtonProps) {
  return (
    <MenuTrigger>
      <Button look={icon ? 'icon' : 'plain'} aria-label={list.label} isDisabled={disabled}>
        {children}
      </Button>
      <Popover className={styles['popover'] ?? ''} placement="bottom end" offset={4}>
        <MenuList
          {...list}
          onAction={(key) => {
            onAction(String(key));
          }}
        />
      </Popover>
    </MenuTrigger>
  );
}
