import type { web as english } from '../en/web';
import type { Translated } from '../messages';

export const web: Translated<typeof english> = {
  'web.not-reached':
    'Heddle ist nicht erreichbar. Aufträge laufen vielleicht weiter; diese Seite macht weiter, sobald Heddle wieder da ist.',
  'web.full':
    'Heddle ist in zu vielen Tabs dieses Browsers geöffnet. Einen davon schließen, dann diese Seite neu laden.',
  'web.too-large': 'Das ist mehr, als Heddle von einem Browser auf einmal annimmt.',
  'web.sign-out': 'Abmelden',
  'web.dropped':
    'Heddle läuft auf einem anderen Rechner: Von diesem nimmt es Listen und Prüfsummendateien an. Andere Dateien mit den Schaltflächen auswählen.',

  'web.pick.where': 'Auf dem Rechner, auf dem Heddle läuft',
  'web.pick.path': 'Ordner',
  'web.pick.up': 'Übergeordneter Ordner',
  'web.pick.roots': 'Gehe zu',
  'web.pick.hidden': 'Versteckte Dateien anzeigen',
  'web.pick.list': 'Dateien und Ordner',
  'web.pick.empty': 'Dieser Ordner ist leer.',
  'web.pick.no-folders': 'In diesem Ordner sind keine Ordner.',
  'web.pick.cut': 'Nur ein Teil dieses Ordners wird angezeigt. Den Pfad des fehlenden Eintrags eingeben.',
  'web.pick.folder-entry': '{name}, Ordner',
  'web.pick.this-folder': 'Diesen Ordner verwenden',
  'web.pick.choose': '{count, plural, =0 {Auswählen} one {# Eintrag auswählen} other {# Einträge auswählen}}',
  'web.upload': 'Von diesem Computer hochladen …',
  'web.uploading': '{name} wird hochgeladen: {percent} %',

  'web.setting': 'Im Browser öffnen',
  'web.setting.note':
    'Browser auf diesem Rechner können dieses Fenster anzeigen. Jeder braucht einen Link, der einmal gilt.',
  'web.setting.find': 'web http fern link server',
  'web.setting.link': 'Link für einen Browser',
  'web.setting.link.note': 'Wer ihn öffnet, kann im Benutzerordner alles, was auch hier geht.',
  'web.setting.copy': 'Link kopieren',
  'web.setting.copied': 'Link kopiert.',

  'web.sign-in': 'Bei Heddle anmelden',
  'web.sign-in.password': 'Passwort',
  'web.sign-in.button': 'Anmelden',
  'web.sign-in.wrong': 'Dieses Passwort ist falsch.',
  'web.link': 'Link von heddle web öffnen',
  'web.link.note':
    'Jeder Link gilt für einen Browser. Dieser wurde schon verwendet oder nie ausgegeben. Der neueste steht im Terminal, in dem heddle web läuft.',
  'web.signed-in': 'Angemeldet',
  'web.signed-in.go': 'Weiter',
};
