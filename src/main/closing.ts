/** What becomes of jobs that run when the window is closed or Heddle quits: asked once, and remembered where the user says so. */
import { app, dialog, Menu, Tray } from 'electron';
import { toErrorData } from '../common/model/errors';
import type { Settings } from '../common/model/settings';
import type { Engine } from '../engine';
import icon from '../../build/icons/24x24.png?asset';
import { createMainWindow, focusMainWindow, getMainWindow, rememberPlace } from './window';

type Choice = Exclude<Settings['closing'], 'ask'>;

export class Closing {
  readonly #engine: Engine;
  #tray: Tray | null = null;
  /** A question is on the screen. */
  #isAsking = false;
  #quitting: 'no' | 'decided' | 'going' | 'done' = 'no';

  constructor(engine: Engine) {
    this.#engine = engine;
    app.on('before-quit', (event) => {
      if (this.#quitting === 'done') return;
      event.preventDefault();
      if (this.#quitting === 'going') return;
      if (this.#quitting === 'no' && this.#engine.runningJobs > 0) void this.#ask();
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
  }

  openWindow(): void {
    this.#tray?.destroy();
    this.#tray = null;
    createMainWindow(this.#engine, (event) => {
      if (this.#quitting !== 'no') return;
      rememberPlace(this.#engine);
      if (this.#engine.runningJobs === 0) return;
      event.preventDefault();
      void this.#ask();
    });
    focusMainWindow();
  }

  async #ask(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      const choice = await this.#choice();
      if (choice === 'quit') this.#quit();
      else if (choice === 'background') this.#goOnInBackground();
    } finally {
      this.#isAsking = false;
    }
  }

  /** @returns `null`: nothing is closed */
  async #choice(): Promise<Choice | null> {
    const { closing } = this.#engine.settings.get();
    if (process.env['HEDDLE_NO_DIALOG'] !== undefined) return 'quit';
    if (closing !== 'ask') return closing;
    const count = this.#engine.runningJobs;
    const window = getMainWindow();
    const question = {
      type: 'question' as const,
      message: count === 1 ? 'A job is still running.' : `${count} jobs are still running.`,
      detail: 'Paused jobs keep what they have done, and go on when you resume them.',
      buttons: ['Keep running in the background', 'Pause and quit', 'Cancel'],
      defaultId: 0,
      cancelId: 2,
      noLink: true,
      checkboxLabel: 'Remember my choice',
    };
    const { response, checkboxChecked } =
      window === null ? await dialog.showMessageBox(question) : await dialog.showMessageBox(window, question);
    const choice = (['background', 'quit', null] as const)[response] ?? null;
    if (checkboxChecked && choice !== null) this.#engine.settings.set({ closing: choice });
    return choice;
  }

  #quit(): void {
    this.#quitting = 'decided';
    app.quit();
  }

  /** An icon in the notification area stands for it. Where a desktop has none, starting Heddle again brings the window back. */
  #goOnInBackground(): void {
    if (this.#tray === null) {
      const open = (): void => {
        this.openWindow();
      };
      this.#tray = new Tray(icon);
      this.#tray.setToolTip('Heddle');
      this.#tray.setContextMenu(
        Menu.buildFromTemplate([
          { label: 'Open Heddle', click: open },
          {
            label: 'Pause jobs and quit',
            click: () => {
              this.#quit();
            },
          },
        ]),
      );
      this.#tray.on('click', open);
    }
    getMainWindow()?.destroy();
  }

  /** Running jobs stop cleanly, keep what is good and can go on at the next start. */
  #end(): void {
    this.#quitting = 'going';
    rememberPlace(this.#engine);
    void this.#engine
      .close({ interrupt: true })
      .catch((error: unknown) => {
        process.stderr.write(`heddle: ${toErrorData(error).message}\n`);
      })
      .finally(() => {
        this.#quitting = 'done';
        app.quit();
      });
  }
}
