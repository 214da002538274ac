/** The one window. */
import { join } from 'node:path';
import { BrowserWindow, nativeTheme, screen, type Rectangle } from 'electron';
import { REQUESTS, type WindowEvents } from '../common/ipc';
import type { Engine } from '../engine';
import icon from '../../build/icons/256x256.png?asset';
import { setupContextMenu } from './context-menu';
import { shellLanguage, systemLanguage } from './language';
import { APP_ORIGIN } from './protocol';

const USUAL_SIZE = { width: 1320, height: 860 };
/** So much of it must be on a screen for anybody to find it there. */
const LEAST_SEEN = 100;

let mainWindow: BrowserWindow | null = null;

export function getMainWindow(): BrowserWindow | null {
  return mainWindow;
}

/** Sends news to the window, if there is one. */
export function tellWindow<Name extends keyof WindowEvents>(name: Name, payload: WindowEvents[Name]): void {
  const contents = mainWindow?.webContents;
  if (contents !== undefined && !contents.isDestroyed()) contents.send(name, payload);
}

/** @param onClose is told before it closes, and may keep it open */
export function createMainWindow(engine: Engine, onClose: (event: Electron.Event) => void): void {
  if (mainWindow !== null) return;
  const window = new BrowserWindow({
    ...placeOf(engine),
    minWidth: 640,
    minHeight: 480,
    show: false,
    title: 'Heddle',
    // macOS and an installed Windows app have it from their bundle.
    icon,
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#111317' : '#f5f6f8',
    webPreferences: {
      preload: join(__dirname, '../preload/index.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      spellcheck: false,
      // Files are chosen in the app's own dialogs.
      disableBlinkFeatures: 'FileSystemAccessLocal',
      // The preload's allowlist is the contract's own list of names.
      additionalArguments: [
        `--heddle-requests=${Object.keys(REQUESTS).join(',')}`,
        `--heddle-page=${engine.settings.get().lastPage}`,
        `--heddle-language=${shellLanguage(engine)}`,
        `--heddle-system-language=${systemLanguage()}`,
      ],
    },
  });
  if (engine.settings.get().windowPlace?.isMaximized === true) window.maximize();
  mainWindow = window;
  setupContextMenu(window);
  window.once('ready-to-show', () => {
    window.show();
  });
  // Jobs run on; what they told meanwhile is read anew by the page that comes back.
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason !== 'clean-exit' && mainWindow === window) void window.loadURL(`${APP_ORIGIN}/stopped.html`);
  });
  window.on('close', onClose);
  window.on('closed', () => {
    mainWindow = null;
    engine.watch(null);
  });
  void window.loadURL(`${APP_ORIGIN}/index.html`);
}

/** Where it was, if that is still on a screen. */
function placeOf(engine: Engine): Partial<Rectangle> {
  const place = engine.settings.get().windowPlace;
  if (place === null) return USUAL_SIZE;
  const { x, y, width, height } = place;
  const seen = screen.getAllDisplays().some(({ workArea }) => {
    const across = Math.min(x + width, workArea.x + workArea.width) - Math.max(x, workArea.x);
    const down = Math.min(y + height, workArea.y + workArea.height) - Math.max(y, workArea.y);
    return across >= LEAST_SEEN && down >= LEAST_SEEN;
  });
  return seen ? { x, y, width, height } : { width, height };
}

/** For the next start. */
export function rememberPlace(engine: Engine): void {
  const window = mainWindow;
  if (window === null) return;
  engine.settings.set({
    windowPlace: { ...window.getNormalBounds(), isMaximized: window.isMaximized() },
  });
}

export function focusMainWindow(): void {
  if (mainWindow === null) return;
  if (mainWindow.isMinimized()) mainWindow.restore();
  mainWindow.focus();
}
