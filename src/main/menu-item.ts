import type { MenuItemConstructorOptions } from 'electron';
import { shellText } from './language';

type Role =
  | 'undo'
  | 'redo'
  | 'cut'
  | 'copy'
  | 'paste'
  | 'delete'
  | 'selectAll'
  | 'quit'
  | 'minimize'
  | 'zoom'
  | 'togglefullscreen'
  | 'toggleDevTools';

/** What the system does, by a name of ours: Electron's are English. */
export function item(role: Role): MenuItemConstructorOptions {
  return { role, label: shellText(`shell.menu.${role}`) };
}
