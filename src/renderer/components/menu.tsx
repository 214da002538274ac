/** A button that opens a menu. */
import type { Key, ReactNode } from 'react';
import { Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import { Button } from './button';
import styles from './menu.module.css';

export interface MenuEntry {
  readonly id: string;
  readonly text: string;
  readonly disabled?: boolean;
}

interface MenuButtonProps {
  readonly label: string;
  readonly children: ReactNode;
  readonly entries: readonly MenuEntry[];
  /** Set where the menu chooses one of several values. */
  readonly selected?: string;
  readonly icon?: boolean;
  readonly disabled?: boolean;
  readonly onAction: (id: string) => void;
}

export function MenuButton(props: MenuButtonProps) {
  const { entries, selected, icon = false, disabled = false } = props;
  const choose = (key: Key): void => {
    props.onAction(String(key));
  };
  return (
    <MenuTrigger>
      <Button look={icon ? 'icon' : 'plain'} aria-label={props.label} isDisabled={disabled}>
        {props.children}
      </Button>
      <Popover className={styles['popover'] ?? ''} placement="bottom end" offset={4}>
        <Menu
          className={styles['menu'] ?? ''}
          aria-label={props.label}
          onAction={choose}
          disabledKeys={entries.filter((entry) => entry.disabled === true).map((entry) => entry.id)}
          {...(selected === undefined
            ? {}
            : { selectionMode: 'single' as const, selectedKeys: [selected], disallowEmptySelection: true })}
        >
          {entries.map((entry) => (
            <MenuItem key={entry.id} id={entry.id} className={styles['item'] ?? ''} textValue={entry.text}>
              {entry.text}
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
