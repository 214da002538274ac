/**
 * What can be done from anywhere in the window: the command palette, the list of shortcuts, the menu bar and
 * context menus all name it as it is named here. What it does is in `renderer/commands/actions.ts`.
 */

export const COMMAND_GROUPS = ['File', 'Job', 'Go', 'View', 'Help'] as const;
export type CommandGroup = (typeof COMMAND_GROUPS)[number];

interface CommandEntry {
  readonly id: string;
  readonly group: CommandGroup;
  readonly title: string;
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
  { id: 'new', group: 'File', title: 'New job…', shortcut: 'Mod+N' },
  { id: 'new-download', group: 'File', title: 'New download…', line: true },
  { id: 'new-hash', group: 'File', title: 'New hash…' },
  { id: 'new-verify', group: 'File', title: 'New verification…' },
  { id: 'new-copy', group: 'File', title: 'New copy…' },
  { id: 'open', group: 'File', title: 'Open file…', shortcut: 'Mod+O', line: true },
  { id: 'clear-finished', group: 'File', title: 'Clear finished jobs', line: true },
  { id: 'undo-toast', group: 'File', title: 'Undo remove', shortcut: 'Mod+Z' },
  { id: 'pause-all', group: 'File', title: 'Pause all jobs', line: true },
  { id: 'resume-all', group: 'File', title: 'Resume all jobs' },
  { id: 'page-settings', group: 'File', title: 'Settings', shortcut: 'Mod+,', also: ['Mod+8'], line: true },
  { id: 'job-pause', group: 'Job', title: 'Pause' },
  { id: 'job-resume', group: 'Job', title: 'Resume' },
  { id: 'job-cancel', group: 'Job', title: 'Cancel' },
  { id: 'job-start-at', group: 'Job', title: 'Start at…' },
  { id: 'job-move-up', group: 'Job', title: 'Move up in the queue', shortcut: 'Alt+Up', inList: true },
  { id: 'job-move-down', group: 'Job', title: 'Move down in the queue', shortcut: 'Alt+Down', inList: true },
  { id: 'job-retry', group: 'Job', title: 'Retry failed' },
  { id: 'job-show', group: 'Job', title: 'Show in folder', line: true },
  { id: 'job-rename', group: 'Job', title: 'Rename…', shortcut: 'F2', inList: true },
  { id: 'job-compare', group: 'Job', title: 'Compare modes with this work' },
  { id: 'job-copy-command', group: 'Job', title: 'Copy as command', line: true },
  { id: 'job-copy-failed', group: 'Job', title: 'Copy failed URLs' },
  { id: 'job-export-csv', group: 'Job', title: 'Export as CSV…' },
  { id: 'job-export-jsonl', group: 'Job', title: 'Export as JSON Lines…' },
  { id: 'job-remove', group: 'Job', title: 'Remove from list', shortcut: 'Delete', inList: true, line: true },
  { id: 'page-download', group: 'Go', title: 'Go to Downloads', shortcut: 'Mod+1' },
  { id: 'page-hash', group: 'Go', title: 'Go to Hash', shortcut: 'Mod+2' },
  { id: 'page-verify', group: 'Go', title: 'Go to Verify', shortcut: 'Mod+3' },
  { id: 'page-copy', group: 'Go', title: 'Go to Copy', shortcut: 'Mod+4' },
  { id: 'page-compare', group: 'Go', title: 'Go to Compare', shortcut: 'Mod+5' },
  { id: 'page-history', group: 'Go', title: 'Go to History', shortcut: 'Mod+6' },
  { id: 'page-threads', group: 'Go', title: 'Go to How threads work', shortcut: 'Mod+7' },
  { id: 'go-to-toast', group: 'Go', title: 'Go to notification', shortcut: 'F6', line: true },
  { id: 'palette', group: 'View', title: 'Command palette…', shortcut: 'Mod+K', also: ['Mod+Shift+P'] },
  { id: 'find', group: 'View', title: 'Find in the list', shortcut: 'Mod+F' },
  { id: 'zoom-in', group: 'View', title: 'Zoom in', shortcut: 'Mod+=', always: true, line: true },
  { id: 'zoom-out', group: 'View', title: 'Zoom out', shortcut: 'Mod+-', always: true },
  { id: 'zoom-reset', group: 'View', title: 'Reset zoom', shortcut: 'Mod+0', always: true },
  { id: 'theme-system', group: 'View', title: 'Theme: system', line: true },
  { id: 'theme-dark', group: 'View', title: 'Theme: dark' },
  { id: 'theme-light', group: 'View', title: 'Theme: light' },
  { id: 'shortcuts', group: 'Help', title: 'Keyboard shortcuts', shortcut: 'Mod+/' },
  { id: 'copy-diagnostics', group: 'Help', title: 'Copy diagnostics', line: true },
  { id: 'show-log', group: 'Help', title: 'Open log folder' },
  { id: 'check-updates', group: 'Help', title: 'Check for updates…', line: true },
  { id: 'licenses', group: 'Help', title: 'Licenses', line: true },
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
