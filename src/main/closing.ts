/** What becomes of jobs that run when the window is closed or Heddle quits: asked once, and remembered where the user says so. And the icon in the notification area. */
import { app, dialog, Menu, Tray } from 'electron';
import { toErrorData } from '../common/model/errors';
import type { Settings } from '../common/model/settings';
import type { Engine } from '../engine';
import icon from '../../build/icons/24x24.png?asset';
import { shellText } from './language';
import { createMainWindow, focusMainWindow, getMainWindow, rememberPlace } from './window';

type Choice = Exclude<Settings['closing'], 'ask'>;

export class Closing {
  readonly #engine: Engine;
  readonly #beforeEnd: () => Promise<void>;
  #tray: Tray | null = null;
  /** A question is on the screen. */
  #isAsking = false;
  #quitting: 'no' | 'decided' | 'going' | 'done' = 'no';

  /** @param beforeEnd what has to stop before the engine does */
  constructor(engine: Engine, beforeEnd: () => Promise<void>) {
    this.#engine = engine;
    this.#beforeEnd = beforeEnd;
    app.on('before-quit', (event) => {
      if (this.#quitting === 'done') return;
      event.preventDefault();
      if (this.#quitting === 'going') return;
      if (this.#quitting === 'no' && this.#isBusy) void this.#ask(true);
      else this.#end();
    });
    app.on('window-all-closed', () => {
      if (this.#tray === null) app.quit();
    });
    // Windows says SIGBREAK for Ctrl+Break; SIGHUP is a terminal or a console that was closed. Nobody is there to be asked.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'] as const) {
      process.on(signal, () => {
        this.#quit();
      });
    }
    engine.on('settings-changed', ({ tray }) => {
      if (tray) this.#showTray();
      else if (getMainWindow() !== null) this.#hideTray();
    });
    if (engine.settings.get().tray) this.#showTray();
  }

  get #isBusy(): boolean {
    return this.#engine.runningJobs > 0 || this.#engine.experiments.isRunning;
  }

  openWindow(): void {
    if (!this.#engine.settings.get().tray) this.#hideTray();
    createMainWindow(this.#engine, (event) => {
      if (this.#quitting !== 'no') return;
      rememberPlace(this.#engine);
      const { tray, closing } = this.#engine.settings.get();
      // With its icon in the notification area it goes on anyway, unless it was said to stop.
      if (!this.#isBusy || (tray && closing !== 'quit')) return;
      event.preventDefault();
      void this.#ask(false);
    });
    focusMainWindow();
  }

  /** Started with the session: no window, only the icon. */
  startInBackground(): void {
    this.#showTray();
  }

  /** @param quits whether it was asked to quit, and not only to close the window */
  async #ask(quits: boolean): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      const choice = await this.#choice(quits);
      if (choice === 'quit') this.#quit();
      else if (choice === 'background') {
        this.#showTray();
        getMainWindow()?.destroy();
      }
    } finally {
      this.#isAsking = false;
    }
  }

  /** @returns `null`: nothing is closed */
  async #choice(quits: boolean): Promise<Choice | null> {
    const { closing } = this.#engine.settings.get();
    if (process.env['HEDDLE_NO_DIALOG'] !== undefined) return 'quit';
    // From the icon, Quit would otherwise do nothing.
    if (closing !== 'ask' && !(quits && closing === 'background' && getMainWindow() === null)) return closing;
    const window = getMainWindow();
    const question = {
      type: 'question' as const,
      ...this.#question(),
      defaultId: 0,
      cancelId: 2,
      noLink: true,
      checkboxLabel: shellText('shell.closing.remember'),
    };
    const { response, checkboxChecked } =
      window === null ? await dialog.showMessageBox(question) : await dialog.showMessageBox(window, question);
    const choice = (['background', 'quit', null] as const)[response] ?? null;
    if (checkboxChecked && choice !== null) this.#engine.settings.set({ closing: choice });
    return choice;
  }

  #question(): { message: string; detail: string; buttons: string[] } {
    const jobs = this.#engine.runningJobs;
    const experiment = this.#engine.experiments.isRunning;
    const first = shellText('shell.closing.background');
    const cancel = shellText('shell.closing.cancel');
    if (jobs === 0)
      return {
        message: shellText('shell.closing.experiment'),
        detail: shellText('shell.closing.experiment.note'),
        buttons: [first, shellText('shell.closing.experiment.quit'), cancel],
      };
    return {
      message: shellText('shell.closing.jobs', { count: jobs }),
      detail: shellText(experiment ? 'shell.closing.both.note' : 'shell.closing.jobs.note'),
      buttons: [first, shellText('shell.closing.quit'), cancel],
    };
  }

  #quit(): void {
    this.#quitting = 'decided';
    app.quit();
  }

  /** Where a desktop has no place for icons, starting Heddle again brings the window back. */
  #showTray(): void {
    if (this.#tray !== null) return;
    this.#tray = new Tray(icon);
    this.#tray.setToolTip('Heddle');
    this.#tray.setContextMenu(this.#trayMenu());
    this.#tray.on('click', () => {
      this.openWindow();
    });
  }

  #trayMenu(): Electron.Menu {
    return Menu.buildFromTemplate([
      {
        label: shellText('shell.tray.open'),
        click: () => {
          this.openWindow();
        },
      },
      {
        label: shellText('shell.tray.quit'),
        click: () => {
          this.#quit();
        },
      },
    ]);
  }

  /** In another language. */
  renewTray(): void {
    this.#tray?.setContextMenu(this.#trayMenu());
  }

  #hideTray(): void {
    this.#tray?.destroy();
    this.#tray = null;
  }

  /** Running jobs stop cleanly, keep what is good and can go on at the next start. */
  #end(): void {
    this.#quitting = 'going';
    rememberPlace(this.#engine);
    void this.#beforeEnd()
      .then(() => this.#engine.close({ interrupt: true }))
      .catch((error: unknown) => {
        process.stderr.write(`heddle: ${toErrorData(error).message}\n`);
      })
      .finally(() => {
        this.#quitting = 'done';
        app.quit();
      });
  }
}
