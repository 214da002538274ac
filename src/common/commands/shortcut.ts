/** Shortcuts as they are written in the list of commands: `Mod+Shift+K`, where `Mod` is Command on macOS and Ctrl elsewhere. */

import { text } from '../text/text';

/** What is read of a `KeyboardEvent`. */
export interface PressedKey {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

interface Parts {
  readonly mod: boolean;
  readonly shift: boolean;
  readonly alt: boolean;
  readonly key: string;
}

function partsOf(shortcut: string): Parts {
  const names = shortcut.split('+');
  return {
    mod: names.includes('Mod'),
    shift: names.includes('Shift'),
    alt: names.includes('Alt'),
    key: names.at(-1) ?? '',
  };
}

/** As Electron's menus want it. */
export function acceleratorOf(shortcut: string): string {
  return shortcut.replace('Mod', 'CommandOrControl');
}

type KeyName =
  'Ctrl' | 'Shift' | 'Alt' | 'Delete' | 'Enter' | 'Escape' | 'Space' | 'Home' | 'End' | 'Up' | 'Down';

const MAC_SIGNS: Readonly<Record<string, string>> = {
  Enter: '↩',
  Delete: '⌫',
  Escape: '⎋',
  Space: 'Space',
};

/** As people read it: `Ctrl+Shift+K`, or `⇧⌘K` on macOS. */
export function shortcutText(shortcut: string, isMac: boolean): string {
  if (!isMac)
    return shortcut
      .replace('Mod', 'Ctrl')
      .replaceAll(/Ctrl|Shift|Alt|Delete|Enter|Escape|Space|Home|End|Up$|Down$/gu, (name) =>
        text(`key.${name as KeyName}`),
      );
  const { mod, shift, alt, key } = partsOf(shortcut);
  return `${alt ? '⌥' : ''}${shift ? '⇧' : ''}${mod ? '⌘' : ''}${MAC_SIGNS[key] ?? key}`;
}

/** Whether this key press is the shortcut. Signs are told by what they are: on some keyboards they need Shift. */
export function isPressed(shortcut: string, event: PressedKey, isMac: boolean): boolean {
  const { mod, shift, alt, key } = partsOf(shortcut);
  const [wanted, unwanted] = isMac ? [event.metaKey, event.ctrlKey] : [event.ctrlKey, event.metaKey];
  if (wanted !== mod || unwanted || event.altKey !== alt) return false;
  const pressed = event.key === '+' && key === '=' ? '=' : event.key;
  const isSign = key.length === 1 && !/[A-Z0-9]/u.test(key);
  return pressed.toLowerCase() === key.toLowerCase() && (isSign || event.shiftKey === shift);
}
