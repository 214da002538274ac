/** Dark and light follow the system unless the user says otherwise. */
import { nativeTheme } from 'electron';
import type { Engine } from '../engine';

export function setupTheme(engine: Engine): void {
  nativeTheme.themeSource = engine.settings.get().theme;
  engine.on('settings-changed', (settings) => {
    nativeTheme.themeSource = settings.theme;
  });
}
