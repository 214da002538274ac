/** The commands that there are where the window is shown. */
import { COMMAND_LIST, type Command, type CommandId } from '../../common/commands/commands';
import { inBrowser } from '../lib/place';

/** Of the desktop that Heddle runs on, or the browser's own. */
const NOT_IN_BROWSER: ReadonlySet<CommandId> = new Set([
  'job-show',
  'zoom-in',
  'zoom-out',
  'zoom-reset',
  'copy-diagnostics',
  'show-log',
  'check-updates',
]);
/** Keys that browsers keep for themselves. */
const TAKEN: ReadonlySet<string> = new Set(['Mod+N']);

export const COMMANDS_HERE: readonly Command[] = inBrowser
  ? COMMAND_LIST.filter(({ id }) => !NOT_IN_BROWSER.has(id)).map(withoutTaken)
  : COMMAND_LIST;

function withoutTaken(command: Command): Command {
  if (command.shortcut === undefined || !TAKEN.has(command.shortcut)) return command;
  const { id, group } = command;
  return { id, group };
}
