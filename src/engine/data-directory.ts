import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where jobs and settings are kept unless told otherwise: each system's own place for an app's data. */
export function defaultDataDirectory(): string {
  const home = homedir();
  switch (process.platform) {
    case 'darwin':
      return join(home, 'Library', 'Application Support', 'Heddle');
    case 'win32':
      return join(process.env['APPDATA'] ?? join(home, 'AppData', 'Roaming'), 'Heddle');
    default:
      // XDG Base Directory Specification: a relative path is to be ignored.
      return process.env['XDG_DATA_HOME']?.startsWith('/') === true
        ? join(process.env['XDG_DATA_HOME'], 'heddle')
        : join(home, '.local', 'share', 'heddle');
  }
}
