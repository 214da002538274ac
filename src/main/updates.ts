/**
 * New versions of Heddle: looked for once a day while Heddle runs, unless the user says no; downloaded when the user
 * says so, and installed when the user says so once more. Where is said by the `app-update.yml` that electron-builder
 * writes into builds that have an address to publish at. All that is sent is the request for the list of versions.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { app } from 'electron';
import type { AppUpdater } from 'electron-updater';
import type { FoundUpdate } from '../common/ipc';
import { HeddleError } from '../common/model/errors';
import type { Engine } from '../engine';
import { flagValue } from './flags';
import type { Log } from './log';
import { tellWindow } from './window';

/** After the start: nothing of it is to be felt. */
const FIRST_MS = 30_000;
const AGAIN_MS = 86_400_000;

export class Updates {
  readonly #engine: Engine;
  readonly #log: Log;
  readonly #config: string | null;
  #updater: Promise<AppUpdater> | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(engine: Engine, log: Log) {
    this.#engine = engine;
    this.#log = log;
    // Apps that are not packed have none, but for trying it out.
    const config = app.isPackaged
      ? join(process.resourcesPath, 'app-update.yml')
      : flagValue(process.argv, 'update-config');
    this.#config = config !== null && existsSync(config) ? config : null;
    if (this.#config === null) return;
    this.#plan(FIRST_MS);
    engine.on('settings-changed', () => {
      if (this.#timer === null) this.#plan(FIRST_MS);
    });
  }

  /** Whether this build knows where to ask. */
  get areKnown(): boolean {
    return this.#config !== null;
  }

  /** @throws HeddleError `update-failed` */
  async check(): Promise<FoundUpdate> {
    const current = app.getVersion();
    if (this.#config === null) return { version: null, current, isKnown: false };
    const result = await this.#told('Heddle could not check for updates', (updater) =>
      updater.checkForUpdates(),
    );
    return {
      version: result?.isUpdateAvailable === true ? result.updateInfo.version : null,
      current,
      // A copy that its system's package manager installed, say, is not ours to replace.
      isKnown: result !== null,
    };
  }

  /** What {@link check} found. @throws HeddleError `update-failed` */
  async download(): Promise<void> {
    await this.#told('The update could not be downloaded', (updater) => updater.downloadUpdate());
  }

  /** Quits as the user would; when jobs are stored and all is closed, the new version takes over. */
  install(): void {
    const updater = this.#updater;
    if (updater === null) return;
    void updater.then((ready) => {
      app.once('will-quit', () => {
        // The new one is started before this one is gone.
        app.releaseSingleInstanceLock();
        ready.quitAndInstall(false, true);
      });
      app.quit();
    });
  }

  #plan(afterMs: number): void {
    if (!this.#engine.settings.get().checksForUpdates) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      if (!this.#engine.settings.get().checksForUpdates) return;
      this.check().then(
        ({ version }) => {
          if (version !== null) tellWindow('update-found', { version });
        },
        // Nobody asked; the log has it.
        () => undefined,
      );
      this.#plan(AGAIN_MS);
    }, afterMs).unref();
  }

  /** Loaded when it is needed: it is no part of starting. */
  async #load(): Promise<AppUpdater> {
    const { autoUpdater } = await import('electron-updater');
    autoUpdater.autoDownload = false;
    autoUpdater.autoInstallOnAppQuit = false;
    autoUpdater.forceDevUpdateConfig = !app.isPackaged;
    if (this.#config !== null) autoUpdater.updateConfigPath = this.#config;
    // It would send a number that tells installations apart.
    autoUpdater.requestHeaders = { 'x-user-staging-id': '' };
    autoUpdater.logger = {
      info: () => undefined,
      warn: () => undefined,
      error: (message: unknown) => {
        this.#log.write(`update: ${String(message).split('\n', 1)[0] ?? ''}`);
      },
    };
    // Who asked is told by what they await; without a listener it would be thrown.
    autoUpdater.on('error', () => undefined);
    return autoUpdater;
  }

  async #told<Result>(what: string, act: (updater: AppUpdater) => Promise<Result>): Promise<Result> {
    try {
      this.#updater ??= this.#load();
      return await act(await this.#updater);
    } catch (cause) {
      throw new HeddleError('update-failed', `${what}: ${reasonOf(cause)}.`, {
        retryable: true,
        cause,
      });
    }
  }
}

/** Its messages are pages long, with headers and stacks. */
function reasonOf(cause: unknown): string {
  const { statusCode, code, message } = cause as { statusCode?: number; code?: string; message?: string };
  if (statusCode !== undefined) return `the server answered with status ${statusCode}`;
  const text = `${code ?? ''} ${message ?? ''}`;
  if (text.includes('net::ERR_CERT')) return 'the server’s certificate is not trusted';
  if (/net::ERR|ECONN|ENOTFOUND|ETIMEDOUT/u.test(text)) return 'the server could not be reached';
  if (text.includes('CHECKSUM_MISMATCH')) return 'the file that came is damaged, so it was thrown away';
  if (text.includes('ENOSPC')) return 'the disk is full';
  return 'the server’s answer was not understood';
}
