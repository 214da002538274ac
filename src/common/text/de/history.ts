import type { history as english } from '../en/history';
import type { Translated } from '../messages';

export const history: Translated<typeof english> = {
  'history.range': '{first}–{last} von {total}',
  'history.newer': 'Neuere',
  'history.older': 'Ältere',
  'history.none':
    'Hier erscheint jeder Auftrag: was er getan hat, wie lange er gedauert hat und wie schnell er war.',
  'history.all': 'Alle Aufträge',
  'history.job': 'Auftrag',
  'history.kind': 'Art',
  'history.when': 'Wann',
  'history.took': 'Dauer',
  'history.done': 'Fertig',
  'history.failed': 'Fehlgeschlagen',
  'history.bytes': 'Bytes',
  'history.speed': 'Geschwindigkeit',
  'history.mode': 'Modus',
  'history.state': 'Status',
  'history.actions': 'Aktionen',
  'history.dry-run': '{kind}, Probelauf',
  'history.bytes-in': '{bytes} in {time}',
  'history.state.done': 'fertig',
  'history.retry': 'Wiederholen',
  'history.retry.name': 'Fehlgeschlagene Aufgaben von {name} wiederholen',
  'history.check': 'Erneut prüfen',
  'history.check.name': 'Abweichungen in {name} erneut prüfen',
  'history.remove': 'Entfernen',
  'history.remove.name': '{name} entfernen',

  'queue.title': 'Warteschlange',
  'queue.pause-all': 'Alle anhalten',
  'queue.resume-all': 'Alle fortsetzen',
  'queue.hint': 'Die Reihenfolge wartender Aufträge lässt sich durch Ziehen oder mit {up} und {down} ändern.',
  'queue.up': '{name} nach oben',
  'queue.down': '{name} nach unten',
  'queue.starts': 'startet {when}',
};
