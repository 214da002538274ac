/**
 * What can be done from anywhere in the window: the command palette, the list of shortcuts, the menu bar and
 * context menus all name it as it is named here. What it does is in `renderer/commands/actions.ts`.
 */

export const COMMAND_GROUPS = ['File', 'Job', 'Go', 'View', 'Help'] as const;
export type CommandGroup = (typeof COMMAND_GROUPS)[number];

interface CommandEntry {
  readonly id: string;
  readonly group: CommandGroup;
  /** See `shortcut.ts`. */
  readonly shortcut?: string;
  /** Other keys that do the same. */
  readonly also?: readonly string[];
  /** The shortcut holds where its list has the focus, and means something else in other places. */
  readonly inList?: boolean;
  /** Works while a dialog is open, too. */
  readonly always?: boolean;
  /** In the menu bar a line stands above it. */
  readonly line?: boolean;
}

export const COMMANDS = [
  { id: 'new', group: 'File', shortcut: 'Mod+N' },
  { id: 'new-download', group: 'File', line: true },
  { id: 'new-hash', group: 'File' },
  { id: 'new-verify', group: 'File' },
  { id: 'new-copy', group: 'File' },
  { id: 'open', group: 'File', shortcut: 'Mod+O', line: true },
  { id: 'clear-finished', group: 'File', line: true },
  { id: 'undo-toast', group: 'File', shortcut: 'Mod+Z' },
  { id: 'pause-all', group: 'File', line: true },
  { id: 'resume-all', group: 'File' },
  { id: 'page-settings', group: 'File', shortcut: 'Mod+,', also: ['Mod+8'], line: true },
  { id: 'job-pause', group: 'Job' },
  { id: 'job-resume', group: 'Job' },
  { id: 'job-cancel', group: 'Job' },
  { id: 'job-start-at', group: 'Job' },
  { id: 'job-move-up', group: 'Job', shortcut: 'Alt+Up', inList: true },
  { id: 'job-move-down', group: 'Job', shortcut: 'Alt+Down', inList: true },
  { id: 'job-retry', group: 'Job' },
  { id: 'job-show', group: 'Job', line: true },
  { id: 'job-rename', group: 'Job', shortcut: 'F2', inList: true },
  { id: 'job-compare', group: 'Job' },
  { id: 'job-copy-command', group: 'Job', line: true },
  { id: 'job-copy-failed', group: 'Job' },
  { id: 'job-export-csv', group: 'Job' },
  { id: 'job-export-jsonl', group: 'Job' },
  { id: 'job-remove', group: 'Job', shortcut: 'Delete', inList: true, line: true },
  { id: 'page-download', group: 'Go', shortcut: 'Mod+1' },
  { id: 'page-hash', group: 'Go', shortcut: 'Mod+2' },
  { id: 'page-verify', group: 'Go', shortcut: 'Mod+3' },
  { id: 'page-copy', group: 'Go', shortcut: 'Mod+4' },
  { id: 'page-compare', group: 'Go', shortcut: 'Mod+5' },
  { id: 'page-history', group: 'Go', shortcut: 'Mod+6' },
  { id: 'page-threads', group: 'Go', shortcut: 'Mod+7' },
  { id: 'go-to-toast', group: 'Go', shortcut: 'F6', line: true },
  { id: 'palette', group: 'View', shortcut: 'Mod+K', also: ['Mod+Shift+P'] },
  { id: 'find', group: 'View', shortcut: 'Mod+F' },
  { id: 'zoom-in', group: 'View', shortcut: 'Mod+=', always: true, line: true },
  { id: 'zoom-out', group: 'View', shortcut: 'Mod+-', always: true },
  { id: 'zoom-reset', group: 'View', shortcut: 'Mod+0', always: true },
  { id: 'theme-system', group: 'View', line: true },
  { id: 'theme-dark', group: 'View' },
  { id: 'theme-light', group: 'View' },
  { id: 'shortcuts', group: 'Help', shortcut: 'Mod+/' },
  { id: 'copy-diagnostics', group: 'Help', line: true },
  { id: 'show-log', group: 'Help' },
  { id: 'check-updates', group: 'Help', line: true },
  { id: 'licenses', group: 'Help', line: true },
] as const satisfies readonly CommandEntry[];

export type CommandId = (typeof COMMANDS)[number]['id'];
export interface Command extends CommandEntry {
  readonly id: CommandId;
}
export const COMMAND_LIST: readonly Command[] = COMMANDS;
export const COMMAND_IDS = COMMANDS.map(({ id }) => id) as [CommandId, ...CommandId[]];

const BY_ID = new Map(COMMAND_LIST.map((command) => [command.id, command]));

export function commandOf(id: CommandId): Command {
  const command = BY_ID.get(id);
  if (command === undefined) throw new Error(`no such command: ${id}`);
  return command;
}
