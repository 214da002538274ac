import type { shell as english } from '../en/shell';
import type { Translated } from '../messages';

export const shell: Translated<typeof english> = {
  'shell.tray.open': 'Heddle öffnen',
  'shell.tray.quit': 'Aufträge anhalten und beenden',

  'shell.menu.edit': 'Bearbeiten',
  'shell.menu.window': 'Fenster',
  'shell.menu.quit': 'Beenden',
  'shell.menu.undo': 'Rückgängig',
  'shell.menu.redo': 'Wiederholen',
  'shell.menu.cut': 'Ausschneiden',
  'shell.menu.copy': 'Kopieren',
  'shell.menu.paste': 'Einfügen',
  'shell.menu.delete': 'Löschen',
  'shell.menu.selectAll': 'Alles auswählen',
  'shell.menu.minimize': 'Minimieren',
  'shell.menu.zoom': 'Zoomen',
  'shell.menu.togglefullscreen': 'Vollbild ein/aus',
  'shell.menu.toggleDevTools': 'Entwicklerwerkzeuge ein/aus',

  'shell.failed-start': 'Heddle konnte nicht gestartet werden',

  'shell.closing.remember': 'Auswahl merken',
  'shell.closing.cancel': 'Abbrechen',
  'shell.closing.background': 'Im Hintergrund weiterlaufen',
  'shell.closing.quit': 'Anhalten und beenden',
  'shell.closing.jobs': '{count, plural, one {Ein Auftrag läuft noch.} other {# Aufträge laufen noch.}}',
  'shell.closing.jobs.note':
    'Angehaltene Aufträge behalten, was schon erledigt ist, und laufen nach dem Fortsetzen weiter.',
  'shell.closing.both.note':
    'Angehaltene Aufträge behalten, was schon erledigt ist, und laufen nach dem Fortsetzen weiter. Auch ein Experiment läuft noch; es würde abgebrochen.',
  'shell.closing.experiment': 'Ein Experiment läuft noch.',
  'shell.closing.experiment.note': 'Beim Beenden wird es abgebrochen.',
  'shell.closing.experiment.quit': 'Experiment abbrechen und beenden',

  'shell.told.done': '{done} fertig',
  'shell.told.done-failed': '{done} fertig, {failed} fehlgeschlagen',
  'shell.told.experiment': 'Das Experiment ist fertig',
  'shell.told.experiment-failed': 'Das Experiment ist fehlgeschlagen',

  'shell.pick.anything': 'Listen, Prüfsummendateien oder andere Dateien öffnen',
  'shell.pick.url-list': 'Listen von URLs öffnen',
  'shell.pick.files': 'Dateien auswählen',
  'shell.pick.folder': 'Ordner auswählen',
  'shell.pick.folders': 'Ordner auswählen',
  'shell.pick.download-folder': 'Ordner für Downloads auswählen',
  'shell.pick.certificates': 'Vertrauenswürdige Zertifikate auswählen',
  'shell.pick.cookies': 'Cookie-Datei auswählen',
  'shell.pick.logins': '.netrc-Datei auswählen',
  'shell.pick.manifest': 'Prüfsummendatei auswählen',
  'shell.pick.copy-target': 'Ziel der Kopie auswählen',
  'shell.filter.all': 'Alle Dateien',
  'shell.filter.lists': 'Listen',
  'shell.filter.certificates': 'Zertifikate',
  'shell.filter.cookies': 'Cookies',
  'shell.filter.manifests': 'Prüfsummendateien',
  'shell.save.manifest': 'Prüfsummendatei speichern',
  'shell.save.job': 'Auftrag exportieren',
  'shell.save.duplicates': 'Duplikate exportieren',
  'shell.save.experiment': 'Experiment exportieren',
};
