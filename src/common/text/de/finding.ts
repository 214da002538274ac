import type { finding as english } from '../en/finding';
import type { Translated } from '../messages';

export const finding: Translated<typeof english> = {
  'finding.name.sequential': 'Sequenziell',
  'finding.name.event-loop': 'Ereignisschleife',
  'finding.name.thread-per-task': 'Thread pro Aufgabe',
  'finding.name.pool': 'Thread-Pool',
  'finding.sized': '{name} mit {size}',
  'finding.spoken.sequential': 'sequenziell',
  'finding.spoken.event-loop': 'Ereignisschleife',
  'finding.spoken.thread-per-task': 'ein Thread pro Aufgabe',
  'finding.spoken.pool': 'Pool',
  'finding.facts.sequential': '1 Thread, eine Aufgabe nach der anderen',
  'finding.facts.event-loop': '1 Thread, {size} Aufgaben gleichzeitig in Arbeit',
  'finding.facts.thread-per-task': '{size} gleichzeitig, je ein neuer Thread',
  'finding.facts.pool': '{count, plural, one {# Thread, wiederverwendet} other {# Threads, wiederverwendet}}',
  'finding.adopted.download': '{count, plural, one {# Thread für Downloads} other {# Threads für Downloads}}',
  'finding.adopted.hash':
    '{count, plural, one {# Thread für Hashwerte und Prüfungen} other {# Threads für Hashwerte und Prüfungen}}',
  'finding.adopted.copy': '{count, plural, one {# Thread für Kopien} other {# Threads für Kopien}}',
  'finding.not-known': 'nicht bekannt',
  'finding.little': 'weniger als 1 %',
  'finding.much': 'mehr als 99 %',

  'finding.count.0': 'kein',
  'finding.count.1': 'ein',
  'finding.count.2': 'zwei',
  'finding.count.3': 'drei',
  'finding.count.4': 'vier',
  'finding.count.5': 'fünf',
  'finding.count.6': 'sechs',
  'finding.count.7': 'sieben',
  'finding.count.8': 'acht',
  'finding.count.9': 'neun',
  'finding.count.10': 'zehn',
  'finding.threads': '{count, plural, one {{word} Thread} other {{word} Threads}}',

  'finding.took': '{own}: {time}',
  'finding.alone': '{count, plural, one {{word} Lauf.} other {{word} Läufe.}}',
  'finding.alone.interval': '95-%-Intervall {interval}, {runs}',
  'finding.one-run': 'Je ein Lauf lässt keinen Unterschied zwischen „{own}“ und „{other}“ erkennen',
  'finding.one-run.detail': 'In diesem einen war „{own}“ {ratio} so schnell.',
  'finding.faster': '{own} ist {ratio} schneller als {other}',
  'finding.faster.sentence': '{own} ist {ratio} schneller als {other} ({interval}).',
  'finding.winner': '{own} {ratio}',
  'finding.winner.sized': '{own} {ratio}',
  'finding.winners': '{all}: kein klarer Unterschied zwischen ihnen',
  'finding.equal': 'Kein klarer Unterschied zwischen „{own}“ und „{other}“',
  'finding.none-faster': 'Kein Modus ist klar schneller als „{other}“',
  'finding.slower': '{own} ist langsamer als {other}: {ratio} so schnell',
  'finding.fastest': '{other} ist am schnellsten, {own} {ratio} so schnell',
  'finding.as-fast': '{own} {ratio} ({interval})',
  'finding.intervals': '95-%-Intervalle {all}, {runs}',
  'finding.intervals.named': '{all}, {runs}',
  'finding.interval': '95-%-Intervall {interval}, {runs}',
  'finding.interval.equal': '{ratio} so schnell, 95-%-Intervall {interval}, {runs}',
  'finding.runs-each': '{count, plural, one {je {words} Lauf.} other {je {words} Läufe.}}',
  'finding.runs-range': '{fewest} bis {most}',
  'finding.no-gain': '{own} bringt keinen klaren Gewinn gegenüber „{other}“: {ratio} ({interval}).',
  'finding.slower.sentence': '{own} ist langsamer als {other}: {ratio} ({interval}).',
  'finding.made':
    '{madeCount, plural, one {Der Pool ist {ratio} schneller als „{other}“ ({interval}): Dort entstand # Thread pro Lauf, im Pool {kept}.} other {Der Pool ist {ratio} schneller als „{other}“ ({interval}): Dort entstanden # Threads pro Lauf, im Pool {kept}.}}',

  'finding.gains-nothing':
    '{count, plural, one {Mehr als {threads} bringt hier keinen klaren Gewinn} other {Mehr als {threads} bringen hier keinen klaren Gewinn}}',
  'finding.best':
    '{count, plural, one {{threads} ist hier die beste Poolgröße} other {{threads} sind hier die beste Poolgröße}}',
  'finding.best-ratio':
    '{count, plural, one {{threads} ist {ratio} so schnell wie {smallest}} other {{threads} sind {ratio} so schnell wie {smallest}}}',
  'finding.no-larger': 'Ein größerer Pool wurde nicht versucht.',
  'finding.best-end':
    '{count, plural, one {{threads} ist die beste Poolgröße: Keine andere war klar schneller.} other {{threads} sind die beste Poolgröße: Keine andere war klar schneller.}}',
  'finding.best-tried':
    '{count, plural, one {{threads} ist die beste der versuchten Poolgrößen: Keine andere ist klar schneller.} other {{threads} sind die beste der versuchten Poolgrößen: Keine andere ist klar schneller.}}',
  'finding.best-speedup':
    '{threads} sind {times}× so schnell wie {smallest}, und keine andere Größe ist klar schneller.',
  'finding.no-amdahl': 'Die Kurve folgt nicht dem Amdahlschen Gesetz.',
  'finding.amdahl': 'Nach dem Amdahlschen Gesetz bleiben {share} der Arbeit seriell.',

  'finding.waited.one': 'Nacheinander ausgeführt, wartete der Thread {share} der Zeit.',
  'finding.waited': '{own}: Jeder Thread wartete {share} der Zeit.',
  'finding.worked.one': 'Nacheinander ausgeführt, arbeitete der Thread {share} der Zeit und wartete sonst.',
  'finding.worked': '{own}: Jeder Thread arbeitete {share} der Zeit und wartete sonst.',
  'finding.computed.one': 'Nacheinander ausgeführt, rechnete der Thread {share} der Zeit.',
  'finding.computed': '{own}: Jeder Thread rechnete {share} der Zeit.',
  'finding.held.one':
    'Nacheinander ausgeführt, war der Thread {share} der Zeit belegt, und der Prozessor arbeitete weniger: Er wartete auf das System oder auf einen Kern.',
  'finding.held':
    '{own}: Jeder Thread war {share} der Zeit belegt, und der Prozessor arbeitete weniger: Er wartete auf das System oder auf einen Kern.',

  'finding.list': '{most} und {last}',
  'finding.of-each': '{count, plural, one {je {runs} Lauf} other {je {runs} Läufe}}',

  'finding.verdict.faster': 'schneller',
  'finding.verdict.slower': 'langsamer',
  'finding.verdict.no difference': 'kein Unterschied',

  'figure.wall': 'Laufzeit',
  'figure.wall.about': 'Median',
  'figure.interval': '95-%-Intervall',
  'figure.interval.about': 'des Medians',
  'figure.ratio': 'Verhältnis',
  'figure.ratio.about': 'wievielmal so schnell wie die Referenz, mit 95-%-Intervall',
  'figure.reference': 'Referenz',
  'figure.verdict': 'Urteil',
  'figure.verdict.about': 'ob das Intervall 1 enthält',
  'figure.tasks': 'Aufgaben',
  'figure.per-second': 'pro Sekunde',
  'figure.bytes': 'Bytes',
  'figure.cpu': 'CPU-Zeit',
  'figure.cpu.about': 'des ganzen Prozesses, Benutzer und System',
  'figure.threads': 'Erzeugte Threads',
  'figure.threads.about': 'in einem Lauf',
  'figure.busy': 'Ausgelastet',
  'figure.busy.about': 'Anteil des Laufs, in dem ein Thread eine Aufgabe hatte, Mittel über die Threads',
  'figure.event-loop': 'Ereignisschleife aktiv',
  'figure.event-loop.about':
    'Anteil der Lebenszeit eines Threads, in dem seine Ereignisschleife nicht wartete, Mittel über die Threads',
  'figure.queue': 'Wartezeit',
  'figure.queue.about': 'vom Einreihen bis zum Beginn, Median',
  'figure.task': 'Aufgabe',
  'figure.task.about': 'vom Beginn bis zum Ende, Median',
  'figure.task95': 'Aufgabe, 95 %',
  'figure.task99': 'Aufgabe, 99 %',
  'figure.task.percentile': 'sind so schnell oder schneller',

  'work.slow-server': 'Aufrufe an einen langsamen Server',
  'work.slow-server.shows':
    'Warten überlappt sich: Während eine Antwort unterwegs ist, können andere angefordert werden, selbst auf einem einzigen Thread. Mehr Threads bringen wenig, weil niemand rechnet.',
  'work.slow-server.count': '{count, plural, one {# Aufruf} other {# Aufrufe}}',
  'work.small-files': 'Viele kleine Dateien',
  'work.small-files.shows':
    'Jede Datei ist wenig Arbeit: Sie einem Thread zu übergeben kostet fast so viel, wie sie zu erledigen. Threads gewinnen nur, was danach übrig bleibt.',
  'work.small-files.count': '{count, plural, one {# Datei zu 4 KiB} other {# Dateien zu 4 KiB}}',
  'work.large-files': 'Wenige große Dateien',
  'work.large-files.shows':
    'Lange Lesevorgänge und Hashwerte lasten je einen Prozessorkern aus, daher helfen Threads bis zur Zahl der Kerne. Wo der Datenträger die Grenze ist, ändern mehr Threads nichts.',
  'work.large-files.count': '{count, plural, one {# Datei zu 64 MiB} other {# Dateien zu 64 MiB}}',
  'work.computing': 'Rechnen',
  'work.computing.shows':
    'Rechnen überlappt sich nicht auf einem Thread, so asynchron das Programm auch ist. Nur mehr Threads nutzen mehr Prozessorkerne.',
  'work.computing.count': '{count, plural, one {# Aufgabe} other {# Aufgaben}}',
  'work.tiny-tasks': 'Viele winzige Aufgaben',
  'work.tiny-tasks.shows':
    'Einen Thread zu erzeugen dauert weit länger als eine winzige Aufgabe. Ein Pool erzeugt seine Threads einmal und verwendet sie wieder; ein Thread pro Aufgabe kostet jedes Mal.',
  'work.tiny-tasks.count': '{count, plural, one {# Aufgabe} other {# Aufgaben}}',
  'work.serving': 'Viele Clients bedienen',
  'work.serving.shows':
    'Ein Thread kann mit vielen Clients zugleich warten, rechnet aber immer nur für einen. Ein Pool von Threads antwortet so vielen zugleich, wie es Prozessorkerne gibt.',
  'work.serving.count': '{count, plural, one {# Anfrage} other {# Anfragen}}',
  'work.title': '{work} · {count}',
  'work.title.latency': '{work} · {count} mit {latency} ms',
};
