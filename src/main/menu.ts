/**
 * The menu bar: the commands of `common/commands`, and what the system expects of every app. No way to close the
 * window in passing: its jobs would stop with it.
 */
import { Menu, type MenuItemConstructorOptions } from 'electron';
import { COMMAND_IDS, COMMAND_LIST, type Command, type CommandGroup } from '../common/commands/commands';
import { acceleratorOf } from '../common/commands/shortcut';
import { shellText } from './language';
import { item } from './menu-item';
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
          { label: shellText('command-group.File'), submenu: commands('File', ['page-settings']) },
        ]
      : [{ label: shellText('command-group.File'), submenu: [...commands('File'), line, item('quit')] }]),
    { role: 'editMenu', ...(isMac ? {} : { label: shellText('shell.menu.edit'), submenu: editItems() }) },
    { label: shellText('command-group.Job'), submenu: commands('Job') },
    { label: shellText('command-group.Go'), submenu: commands('Go') },
    {
      label: shellText('command-group.View'),
      submenu: [...commands('View'), line, item('togglefullscreen'), item('toggleDevTools')],
    },
    { label: shellText('shell.menu.window'), submenu: [item('minimize'), item('zoom')] },
    { role: 'help', label: shellText('command-group.Help'), submenu: commands('Help') },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}

function editItems(): MenuItemConstructorOptions[] {
  const roles = ['cut', 'copy', 'paste', 'delete', 'selectAll'] as const;
  return [item('undo'), item('redo'), line, ...roles.map(item)];
}

function itemOf({ id, shortcut }: Command, open: () => void): MenuItemConstructorOptions {
  return {
    id,
    label: shellText(`command.${id}`),
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
