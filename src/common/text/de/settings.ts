import type { settings as english } from '../en/settings';
import type { Translated } from '../messages';

export const settings: Translated<typeof english> = {
  'settings.find': 'Einstellung suchen',
  'settings.find-hint': 'Einstellung suchen …',
  'settings.reset-all': 'Alle zurücksetzen …',
  'settings.all': 'Alle Einstellungen',
  'settings.none': 'Keine Einstellung passt zu „{search}“.',
  'settings.reset-one': '{name} zurücksetzen',
  'settings.reset-ask': 'Alle Einstellungen zurücksetzen?',
  'settings.reset-note':
    'Jede Einstellung erhält wieder ihren Standardwert. Aufträge, Dateien und Experimente bleiben unverändert.',
  'settings.reset-act': 'Alle zurücksetzen',
  'settings.reset-done': 'Alle Einstellungen wurden zurückgesetzt.',

  'settings.jobs': 'Neue Aufträge',
  'settings.jobs-at-once': 'Gleichzeitige Aufträge',
  'settings.jobs-at-once.note':
    'Wie viele Aufträge gleichzeitig laufen, von 1 bis 16. Die übrigen warten in der Warteschlange.',
  'settings.jobs-at-once.find': 'warteschlange parallel nebenläufig queue',
  'settings.jobs-at-once.change': '{count} gleichzeitig, ändern',
  'settings.mode.find': 'modus threads worker pool',
  'settings.mode.download': 'Downloads',
  'settings.mode.download.note':
    'Sync lädt eine Datei nach der anderen herunter. Async hält mehrere Verbindungen gleichzeitig offen.',
  'settings.mode.hash': 'Hashwerte und Prüfen',
  'settings.mode.hash.note':
    'Sync liest eine Datei nach der anderen in einem Thread. Async verteilt die Dateien auf Worker-Threads.',
  'settings.mode.copy': 'Kopieren',
  'settings.mode.copy.note':
    'Sync kopiert eine Datei nach der anderen in einem Thread. Async verteilt die Dateien auf Worker-Threads.',
  'settings.best': 'Gemessene Anzahl der Worker',
  'settings.best.note': 'Was „Automatisch“ auf diesem Rechner bedeutet, ermittelt durch einen Vergleich.',
  'settings.best.value': '{kind}: {workers}',

  'settings.downloads': 'Downloads',
  'settings.folder': 'Ordner',
  'settings.folder.note': 'Hier werden neue Downloads gespeichert, sofern kein anderer Ordner gewählt wird.',
  'settings.folder.find': 'speichern verzeichnis ablage',
  'settings.folder.system': '{folder} (Download-Ordner des Systems)',
  'settings.per-host': 'Verbindungen pro Host',
  'settings.per-host.note':
    'Höchstzahl gleichzeitiger Verbindungen zu einem Host über alle Downloads: 1 bis 256.',
  'settings.per-host.find': 'server grenze limit',
  'settings.limit': 'Geschwindigkeitslimit',
  'settings.limit.note':
    'So viel dürfen alle Downloads zusammen nutzen. Ein Download kann ein eigenes Limit haben.',
  'settings.limit.find': 'bandbreite rate drosseln',
  'settings.schedule': 'Zeitgesteuertes Limit',
  'settings.schedule.note':
    'Ein anderes Limit für einige Stunden des Tages, etwa für die Arbeitszeit oder die Nacht.',
  'settings.schedule.find': 'uhrzeit nacht stunden tageszeit geschwindigkeit',
  'settings.schedule.from': 'Von',
  'settings.schedule.until': 'Bis',
  'settings.proxy': 'Proxy',
  'settings.proxy.note':
    'Eine Adresse wie http://name:password@host:3128 oder socks5h://host:1080. Ohne Eintrag gilt der Proxy des Systems.',
  'settings.proxy.find': 'socks http',
  'settings.certificates': 'Zertifikate',
  'settings.certificates.note':
    'Eine PEM-Datei mit Zertifikaten, denen zusätzlich zu denen des Systems vertraut wird.',
  'settings.certificates.find': 'ca tls https zertifizierungsstelle',
  'settings.options': 'Optionen neuer Downloads',
  'settings.options.note': 'Der Dialog „Neuer Download“ beginnt mit den zuletzt gewählten Optionen.',

  'settings.window': 'Fenster',
  'settings.theme': 'Design',
  'settings.theme.note': '„System“ folgt dem dunklen oder hellen Erscheinungsbild des Desktops.',
  'settings.theme.find': 'dunkel hell farben theme',
  'settings.theme.system': 'System',
  'settings.theme.dark': 'Dunkel',
  'settings.theme.light': 'Hell',
  'settings.language': 'Sprache',
  'settings.language.note': '„System“ folgt der Sprache des Desktops. Das Terminal spricht Englisch.',
  'settings.language.find': 'sprache language deutsch englisch english übersetzung',
  'settings.language.system': 'System',
  'settings.text-size': 'Textgröße',
  'settings.text-size.note': 'Die Größe aller Inhalte im Fenster, auch mit Strg+= und Strg+− zu ändern.',
  'settings.text-size.find': 'zoom schrift größer kleiner skalierung',
  'settings.text-size.change': 'Textgröße: {zoom} %, ändern',
  'settings.sidebar': 'Seitenleiste',
  'settings.sidebar.note':
    '„Nur Symbole“ lässt mehr Platz für die Listen. Schmale Fenster zeigen immer nur Symbole.',
  'settings.sidebar.find': 'einklappen seiten navigation',
  'settings.sidebar.names': 'Symbole und Namen',
  'settings.sidebar.icons': 'Nur Symbole',
  'settings.closing': 'Beim Schließen des Fensters mit laufenden Aufträgen',
  'settings.closing.note':
    'Aufträge können ohne Fenster im Hintergrund weiterlaufen oder bis zum nächsten Start anhalten.',
  'settings.closing.find': 'beenden infobereich hintergrund',
  'settings.closing.ask': 'Nachfragen',
  'settings.closing.background': 'Weiterlaufen',
  'settings.closing.quit': 'Anhalten und beenden',

  'settings.system': 'System',
  'settings.tray': 'Symbol im Infobereich',
  'settings.tray.note': 'Nach dem Schließen des Fensters läuft Heddle mit diesem Symbol weiter.',
  'settings.tray.find': 'tray hintergrund taskleiste',
  'settings.checksForUpdates': 'Nach Updates suchen',
  'settings.checksForUpdates.note':
    'Sucht einmal am Tag nach einer neuen Version. Sie wird erst nach Zustimmung heruntergeladen und installiert.',
  'settings.checksForUpdates.find': 'version aktualisieren upgrade neu',
  'settings.startsAtLogin': 'Bei der Anmeldung starten',
  'settings.startsAtLogin.note': 'Heddle startet im Hintergrund, ohne Fenster.',
  'settings.startsAtLogin.find': 'login autostart sitzung',
  'settings.offersClipboard': 'URLs aus der Zwischenablage anbieten',
  'settings.offersClipboard.note':
    'Wenn das Fenster in den Vordergrund kommt und die Zwischenablage nur URLs enthält, bietet Heddle an, sie herunterzuladen.',
  'settings.offersClipboard.find': 'kopieren einfügen',

  'settings.rpc.group': 'Andere Programme',
  'settings.rpc': 'Downloads für andere Programme',
  'settings.rpc.note':
    'Browser-Erweiterungen und andere Programme, die für aria2 gemacht sind, können mit Heddle herunterladen, solange es geöffnet ist. Das können nur Programme auf diesem Computer, die das Geheimnis kennen.',
  'settings.rpc.find': 'aria2 rpc json erweiterung browser server fernsteuerung api',
  'settings.rpc.port': 'Port',
  'settings.rpc.port.note':
    'Die Adresse für andere Programme ist http://127.0.0.1, dieser Port und /jsonrpc.',
  'settings.rpc.secret': 'Geheimnis',
  'settings.rpc.secret.note':
    'Es gehört in die Einstellungen des anderen Programms. Ein neues Geheimnis sperrt Programme aus, die das alte kennen.',
  'settings.rpc.show': 'Anzeigen',
  'settings.rpc.hide': 'Verbergen',
  'settings.rpc.copy': 'Kopieren',
  'settings.rpc.copied': 'Geheimnis kopiert.',
  'settings.rpc.renew': 'Neues erzeugen',
  'settings.rpc.renewed': 'Heddle hat ein neues Geheimnis erzeugt.',

  'settings.about': 'Über Heddle',
  'settings.about.find': 'Über Version',
  'settings.about.system': 'System',
  'settings.about.cores': '{platform}, {cores, plural, one {# Kern} other {# Kerne}}',
  'settings.about.data': 'Daten',
  'settings.about.old':
    'Electron {version} wird nicht mehr gepflegt: Es dient Entwicklung und Tests, wo sich kein neueres laden lässt.',
};
