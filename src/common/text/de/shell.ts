import type { shell as english } from '../en/shell';
import type { Translated } from '../messages';

export const shell: Translated<typeof english> = {
  'shell.tray.open': 'Heddle öffnen',
  'shell.tray.quit': 'Aufträge anhalten und beenden',
};
