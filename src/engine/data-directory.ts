import { homedir } from 'node:os';
import { posix, win32 } from 'node:path';

/**
 * Where jobs and settings are kept unless told otherwise: each system's own place for an app's data. On Windows that is
 * the local one: a database would be copied to a server at each log-off from the roaming one.
 */
export function defaultDataDirectory(
  platform: NodeJS.Platform = process.platform,
  env: Readonly<Record<string, string | undefined>> = process.env,
  home = homedir(),
): string {
  switch (platform) {
    case 'darwin':
      return posix.join(home, 'Library', 'Application Support', 'Heddle');
    case 'win32':
      return win32.join(env['LOCALAPPDATA'] ?? win32.join(home, 'AppData', 'Local'), 'Heddle');
    default:
      // XDG Base Directory Specification: a relative path is to be ignored.
      return env['XDG_DATA_HOME']?.startsWith('/') === true
        ? posix.join(env['XDG_DATA_HOME'], 'heddle')
        : posix.join(home, '.local', 'share', 'heddle');
  }
}
