/** What helps to find a fault, as text that can be shown to others: no secrets, no names of files, no URLs. */
import { homedir, release, totalmem } from 'node:os';
import { app } from 'electron';
import { DEFAULT_SETTINGS, type Settings } from '../common/model/settings';
import { formatBytes } from '../common/model/units';
import type { Engine } from '../engine';
import { appInfo } from './app-info';
import type { Log } from './log';
import { withoutSecrets } from './redact';

const LOG_LINES = 300;
/** Of these it is only said whether they are set. */
const UNSAID: ReadonlySet<keyof Settings> = new Set<keyof Settings>([
  'proxy',
  'rpc',
  'caFile',
  'downloadDirectory',
  'downloadOptions',
  'recentFolders',
]);

export async function diagnostics(engine: Engine, dataDirectory: string, log: Log): Promise<string> {
  const info = appInfo(engine, dataDirectory);
  const lines = [
    `Heddle ${info.version}`,
    `Electron ${info.electron}, Chromium ${info.chromium}, Node ${info.node}, SQLite ${info.sqlite}`,
    `${info.platform}, ${release()}, ${info.cores} cores, ${formatBytes(totalmem())} of memory`,
    `Locale ${app.getLocale()}, ${app.isPackaged ? 'packaged' : 'from a checkout'}`,
    `Jobs: ${engine.listJobs({ kind: null, offset: 0, limit: 1 }).total}, running: ${engine.runningJobs}`,
    '',
    'Settings that differ from the defaults:',
    ...changedSettings(engine.settings.get()),
    '',
    'Log:',
    ...(await log.lastLines(LOG_LINES)),
  ];
  return `${withoutSecrets(lines.join('\n'), homedir())}\n`;
}

function changedSettings(settings: Settings): readonly string[] {
  return (Object.keys(settings) as (keyof Settings)[]).flatMap((key) => {
    const value = JSON.stringify(settings[key]);
    if (value === JSON.stringify(DEFAULT_SETTINGS[key])) return [];
    return [`  ${key}: ${UNSAID.has(key) ? 'set' : value}`];
  });
}
