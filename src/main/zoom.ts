/** How large the window's content is: a setting, changed by keys, by the menu and by Ctrl with the wheel. */
import { app } from 'electron';
import { nextZoom } from '../common/model/settings';
import type { Engine } from '../engine';
import { getMainWindow } from './window';

export function setupZoom(engine: Engine): void {
  const apply = (): void => {
    const contents = getMainWindow()?.webContents;
    const factor = engine.settings.get().zoom / 100;
    // Chromium keeps the factor as its logarithm. To set it lays out the page anew, even where it is the same.
    if (contents !== undefined && Math.abs(contents.getZoomFactor() - factor) > 0.001)
      contents.setZoomFactor(factor);
  };
  app.on('web-contents-created', (_event, contents) => {
    contents.on('did-finish-load', apply);
    contents.on('zoom-changed', (_wheel, direction) => {
      engine.settings.set({ zoom: nextZoom(engine.settings.get().zoom, direction) });
    });
  });
  engine.on('settings-changed', apply);
}
