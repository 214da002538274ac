import type { told as english } from '../en/told';
import type { Translated } from '../messages';

export const told: Translated<typeof english> = {
  'told.undo': 'Rückgängig',
  'told.show': 'Anzeigen',
  'told.copied.row':
    '{count, plural, =0 {Keine Zeile zum Kopieren vorhanden.} one {# Zeile kopiert.} other {# Zeilen kopiert.}}',
  'told.copied.url':
    '{count, plural, =0 {Keine URL zum Kopieren vorhanden.} one {# URL kopiert.} other {# URLs kopiert.}}',
  'told.copied.curl':
    '{count, plural, =0 {Keine URL zum Kopieren vorhanden.} one {# curl-Befehl kopiert, ohne Header und Cookies des Auftrags.} other {# curl-Befehle kopiert, ohne Header und Cookies des Auftrags.}}',
  'told.copied.path':
    '{count, plural, =0 {Kein Pfad zum Kopieren vorhanden.} one {# Pfad kopiert.} other {# Pfade kopiert.}}',
  'told.copied.digest':
    '{count, plural, =0 {Kein Hashwert zum Kopieren vorhanden.} one {# Hashwert kopiert.} other {# Hashwerte kopiert.}}',
  'told.copied.error':
    '{count, plural, =0 {Keine Fehlermeldung zum Kopieren vorhanden.} one {# Fehlermeldung kopiert.} other {# Fehlermeldungen kopiert.}}',
  'told.copied.cut': '{copied} Mehr fasst die Zwischenablage nicht: für alle den Auftrag exportieren.',
  'told.copied.one': '{what} kopiert.',
  'told.copied.details': 'Details',
  'told.copied.command': 'Befehl',
  'told.command-incomplete': 'Im kopierten Befehl fehlt: {what}.',
  'told.program':
    '{name} könnte ein Programm sein. Die Datei wurde nicht gestartet, sondern wird in ihrem Ordner angezeigt.',
  'told.open-folder': 'Ordner öffnen',
  'told.exported': 'Der Auftrag wurde als {path} exportiert.',
  'told.manifest': 'Die Prüfsummendatei wurde als {path} gespeichert.',
  'told.duplicates': 'Die Duplikate wurden als {path} exportiert.',
  'told.experiment-exported': 'Das Experiment wurde als {path} exportiert.',
  'told.trashed':
    '{count, plural, one {# Kopie wurde in den Papierkorb gelegt.} other {# Kopien wurden in den Papierkorb gelegt.}}',
  'told.reflinked':
    '{count, plural, one {# Kopie teilt ihre Blöcke jetzt mit der Datei, die bleibt.} other {# Kopien teilen ihre Blöcke jetzt mit der Datei, die bleibt.}}',
  'told.linked':
    '{count, plural, one {# Kopie wurde durch einen Hardlink ersetzt.} other {# Kopien wurden durch Hardlinks ersetzt.}}',
  'told.removed.one': '„{name}“ aus der Liste entfernt',
  'told.removed':
    '{count, plural, one {# fertigen Auftrag aus der Liste entfernt} other {# fertige Aufträge aus der Liste entfernt}}',
  'told.removed.none': 'Keine fertigen Aufträge zum Entfernen vorhanden',
  'told.paused-all': 'Alle Aufträge sind angehalten.',
  'told.clipboard': '{count, plural, one {# URL in der Zwischenablage} other {# URLs in der Zwischenablage}}',
  'told.clipboard.act': 'Herunterladen …',
  'told.job.failed': '{name}: fehlgeschlagen. {reason}',
  'told.job.cancelled': '{name}: abgebrochen.',
  'told.job.done': '{name}: fertig, {count, plural, one {# Aufgabe} other {# Aufgaben}}.',
  'told.job.done-failed':
    '{name}: fertig, {count, plural, one {# Aufgabe} other {# Aufgaben}}, {failed} fehlgeschlagen.',
  'told.job.quarter': '{name}: {percent} %.',
  'told.experiment.started': 'Das Experiment {name} wurde gestartet.',
  'told.experiment.removed': 'Das Experiment wurde entfernt.',
  'told.experiment.adopted': '„Automatisch“ bedeutet jetzt: {what}.',
  'told.experiment.failed': 'Das Experiment ist fehlgeschlagen. {reason}',
  'told.experiment.cancelled': 'Das Experiment wurde abgebrochen.',
  'told.experiment.done': 'Das Experiment ist fertig. {finding}',
  'told.claim.ended': '{name}: Der Lauf ist zu Ende.',
  'told.costs.measured': 'Die Kosten von Threads auf diesem Rechner wurden gemessen.',
  'told.pasted.page': 'Eingefügte Seite',
  'told.pasted.text': 'Eingefügter Text',
  'told.pasted.link': 'Link',
};
