/** Starting with the user's session: off unless the user wants it. The system remembers it, so it is told on a change alone. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { app } from 'electron';
import { toErrorData } from '../common/model/errors';
import type { Engine } from '../engine';
import { tellWindow } from './window';

/** Without a window, with an icon in the notification area. */
export const BACKGROUND_FLAG = '--background';

export function setupLoginItem(engine: Engine): void {
  let was = engine.settings.get().startsAtLogin;
  engine.on('settings-changed', ({ startsAtLogin }) => {
    if (startsAtLogin === was) return;
    was = startsAtLogin;
    apply(startsAtLogin).catch((error: unknown) => {
      tellWindow('notice', toErrorData(error, autostartFile()));
    });
  });
}

async function apply(starts: boolean): Promise<void> {
  if (process.platform !== 'linux') {
    app.setLoginItemSettings({ openAtLogin: starts, args: [BACKGROUND_FLAG] });
    return;
  }
  const file = autostartFile();
  if (!starts) {
    await rm(file, { force: true });
    return;
  }
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, desktopEntry());
}

/** Where desktops of Linux look (Desktop Application Autostart Specification). */
function autostartFile(): string {
  const config = process.env['XDG_CONFIG_HOME'] ?? '';
  return join(config === '' ? join(homedir(), '.config') : config, 'autostart', 'heddle.desktop');
}

function desktopEntry(): string {
  // An AppImage is started from a folder that is another one each time.
  const program = process.env['APPIMAGE'] ?? process.execPath;
  const args = [program, ...(app.isPackaged ? [] : [app.getAppPath()]), BACKGROUND_FLAG];
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Heddle',
    `Exec=${args.map(quoted).join(' ')}`,
    '',
  ].join('\n');
}

/** By the rules of `Exec` (Desktop Entry Specification, "The Exec key"): quoted, and the backslashes once more for the file. */
function quoted(argument: string): string {
  if (/^[\w./-]+$/u.test(argument)) return argument;
  const inQuotes = argument.replaceAll('%', '%%').replace(/["`$\\]/gu, String.raw`\$&`);
  return `"${inQuotes.replaceAll('\\', '\\\\')}"`;
}
