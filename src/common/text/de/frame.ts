import type { frame as english } from '../en/frame';
import type { Translated } from '../messages';

export const frame: Translated<typeof english> = {
  'frame.pages': 'Seiten',
  'frame.unfold': 'Seitennamen anzeigen',
  'frame.fold': 'Nur Symbole',
  'frame.running': 'läuft',
  'frame.active': 'aktiv',

  'stopped.page': 'Diese Seite wurde angehalten',
  'stopped.page.note':
    'Auf ihr ist ein Fehler aufgetreten. Aufträge sind nicht betroffen, und die anderen Seiten funktionieren.',
  'stopped.page.again': 'Erneut anzeigen',
  'stopped.page.copy': 'Details kopieren',
  'stopped.window': 'Das Fenster wurde angehalten',
  'stopped.window.note':
    'Der Prozess, der dieses Fenster zeichnet, ist abgestürzt oder wurde vom System beendet. Die Aufträge sind nicht betroffen: Laufende Aufträge laufen weiter, und nichts Erledigtes ist verloren. Nur die Eingaben in einem offenen Dialog sind weg.',
  'stopped.window.reload': 'Neu laden',
};
