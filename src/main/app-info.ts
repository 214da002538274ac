import { app } from 'electron';
import type { AppInfo } from '../common/ipc';
import type { Engine } from '../engine';

/** The first line of Electron releases that still get security fixes. */
const OLDEST_SUPPORTED_ELECTRON = 43;

export function appInfo(engine: Engine, dataDirectory: string, hasUpdates = false): AppInfo {
  const { electron, chrome, node } = process.versions;
  return {
    version: app.getVersion(),
    electron,
    chromium: chrome,
    node,
    sqlite: engine.sqliteVersion,
    platform: `${process.platform} ${process.arch}`,
    cores: engine.cores,
    dataDirectory,
    openingNotice: engine.openingNotice,
    downloadsDirectory: app.getPath('downloads'),
    isOldElectron: Number.parseInt(electron, 10) < OLDEST_SUPPORTED_ELECTRON,
    hasUpdates,
    automaticWorkers: {
      download: engine.automaticWorkers('download'),
      hash: engine.automaticWorkers('hash'),
      copy: engine.automaticWorkers('copy'),
    },
  };
}
