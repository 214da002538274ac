/** A button that opens a menu in which several things are chosen, each one of several values. */
import type { ReactNode } from 'react';
import { Header, Menu, MenuItem, MenuSection, MenuTrigger, Popover } from 'react-aria-components';
import { Button } from './button';
import type { MenuEntry } from './menu';
import styles from './menu.module.css';
import ownStyles from './choices-menu.module.css';

export interface Choice {
  readonly title: string;
  readonly entries: readonly MenuEntry[];
  readonly selected: string;
  readonly onChange: (id: string) => void;
}

interface ChoicesMenuProps {
  readonly label: string;
  readonly choices: readonly Choice[];
  readonly children: ReactNode;
}

export function ChoicesMenu({ label, choices, children }: ChoicesMenuProps) {
  return (
    <MenuTrigger>
      <Button aria-label={label}>{children}</Button>
      <Popover className={styles['popover'] ?? ''} placement="bottom end" offset={4}>
        <Menu className={styles['menu'] ?? ''} aria-label={label}>
          {choices.map((choice) => (
            <Section key={choice.title} {...choice} />
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}

function Section({ title, entries, selected, onChange }: Choice) {
  return (
    <MenuSection
      className={ownStyles['section'] ?? ''}
      selectionMode="single"
      selectedKeys={[title + selected]}
      disallowEmptySelection
      onSelectionChange={(keys) => {
        const [key] = keys === 'all' ? [] : keys;
        // Keys are the whole menu’s: each section puts its title before its own.
        if (key !== undefined) onChange(String(key).slice(title.length));
      }}
    >
      <Header className={ownStyles['head'] ?? ''}>{title}</Header>
      {entries.map((entry) => (
        <MenuItem
          key={entry.id}
          id={title + entry.id}
          className={styles['item'] ?? ''}
          textValue={entry.text}
        >
          {entry.text}
        </MenuItem>
      ))}
    </MenuSection>
  );
}
