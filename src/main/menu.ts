/**
 * The menu bar: the commands of `common/commands`, and what the system expects of every app. No way to close the
 * window in passing: its jobs would stop with it.
 */
import { Menu, type MenuItemConstructorOptions } from 'electron';
import { COMMAND_IDS, COMMAND_LIST, type Command, type CommandGroup } from '../common/commands/commands';
import { acceleratorOf } from '../common/commands/shortcut';
import { tellWindow } from './window';

const isMac = process.platform === 'darwin';
const line = { type: 'separator' } as const;

/** @param open brings the window to the front, or back */
export function setupMenu(open: () => void): void {
  const commands = (group: CommandGroup, without: readonly string[] = []): MenuItemConstructorOptions[] =>
    COMMAND_LIST.filter((command) => command.group === group && !without.includes(command.id)).flatMap(
      (command) => [...(command.line === true ? [line] : []), itemOf(command, open)],
    );
  const settings = commands('File').filter(({ id }) => id === 'page-settings');
  const template: MenuItemConstructorOptions[] = [
    ...(isMac
      ? [
          {
            role: 'appMenu' as const,
            submenu: [
              { role: 'about' as const },
              line,
              ...settings,
              line,
              { role: 'services' as const },
              line,
              { role: 'hide' as const },
              { role: 'hideOthers' as const },
              { role: 'unhide' as const },
              line,
              { role: 'quit' as const },
            ],
          },
          { label: 'File', submenu: commands('File', ['page-settings']) },
        ]
      : [{ label: 'File', submenu: [...commands('File'), line, { role: 'quit' as const }] }]),
    { role: 'editMenu' },
    { label: 'Job', submenu: commands('Job') },
    { label: 'Go', submenu: commands('Go') },
    {
      label: 'View',
      submenu: [...commands('View'), line, { role: 'togglefullscreen' }, { role: 'toggleDevTools' }],
    },
    { label: 'Window', submenu: [{ role: 'minimize' }, { role: 'zoom' }] },
    { role: 'help', submenu: commands('Help') },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}

function itemOf({ id, title, shortcut }: Command, open: () => void): MenuItemConstructorOptions {
  return {
    id,
    label: title,
    // The page has the keys: it knows where the focus is. On macOS the menu has them, whatever is said here.
    ...(shortcut === undefined ? {} : { accelerator: acceleratorOf(shortcut), registerAccelerator: false }),
    click: () => {
      open();
      tellWindow('command', { id });
    },
  };
}

/** What cannot be done now is grey. */
export function enableCommands(ids: readonly string[]): void {
  const menu = Menu.getApplicationMenu();
  for (const id of COMMAND_IDS) {
    const item = menu?.getMenuItemById(id);
    if (item) item.enabled = ids.includes(id);
  }
}
