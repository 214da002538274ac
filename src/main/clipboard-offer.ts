/** URLs in the clipboard, offered when the window comes to the front; off unless the user wants it. */
import { app, clipboard } from 'electron';
import { urlLines } from '../common/opening/url-lines';
import type { Engine } from '../engine';
import { getMainWindow, tellWindow } from './window';

export function setupClipboardOffer(engine: Engine): void {
  let last = '';
  app.on('browser-window-focus', (_event, window) => {
    if (window !== getMainWindow() || !engine.settings.get().offersClipboard) return;
    // Newer Electrons answer with a promise.
    void Promise.resolve(clipboard.readText()).then((text) => {
      if (text === last) return;
      last = text;
      const urls = urlLines(text);
      if (urls.length > 0) tellWindow('clipboard-urls', { text: urls.join('\n'), count: urls.length });
    });
  });
}
