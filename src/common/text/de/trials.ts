import type { trials as english } from '../en/trials';
import type { Translated } from '../messages';

export const trials: Translated<typeof english> = {
  'claim.thread.title': 'Ein Thread',
  'claim.thread.text-1':
    'Ein Thread ist ein einzelner Arbeitsgang: Er tut eines, dann das Nächste. JavaScript läuft in einem Thread mit einer Ereignisschleife. Sie nimmt sich vor, was bereit ist, und führt es zu Ende, bevor sie etwas anderes beginnt.',
  'claim.thread.text-2':
    'Mehr gleichzeitige Aufgaben in einem Thread geben ihm mehr zur Auswahl, aber nicht mehr Hände: Berechnungen kommen nacheinander an die Reihe.',
  'claim.thread.claim':
    'Berechnungen sind mit vier gleichzeitigen Aufgaben in einem Thread nicht schneller als nacheinander.',
  'claim.worker.title': 'Ein Worker-Thread',
  'claim.worker.text-1':
    'Ein Worker-Thread ist ein zweiter Arbeitsgang im selben Prozess. In Node hat er ein eigenes Isolate: einen eigenen JavaScript-Heap, eine eigene Ereignisschleife, eine eigene Speicherbereinigung. Nichts wird versehentlich geteilt; Werte werden kopiert, und geteilt wird nur Speicher, der dafür vorgesehen ist.',
  'claim.worker.text-2': 'So rechnen zwei Worker gleichzeitig, solange der Rechner für jeden einen Kern hat.',
  'claim.worker.claim': 'Zwei Worker-Threads rechnen schneller als einer.',
  'claim.pool.title': 'Ein Pool: Threads wiederverwenden',
  'claim.pool.text-1':
    'Einen Thread anzulegen kostet etwas: einen Stack, ein Isolate, einen Heap und Code, der neu geladen wird. Ihn zu beenden ebenso. Ein Pool legt vor der ersten Aufgabe einige Threads an und gibt ihnen eine Aufgabe nach der anderen.',
  'claim.pool.text-2':
    'Je kürzer die Aufgaben, desto mehr Zeit geht mit dem Anlegen verloren, wenn jede Aufgabe einen neuen Thread bekommt.',
  'claim.pool.claim': 'Bei sehr kurzen Aufgaben ist ein Pool schneller als ein neuer Thread für jede.',
  'claim.executor.title': 'Ein Executor: Warteschlange und sauberes Ende',
  'claim.executor.text-1':
    'Ein Executor steht vor dem Pool. Code mit Arbeit reicht sie ein und erhält ein Promise; der Executor führt eine Warteschlange, gibt eine Aufgabe dem Thread, der frei ist, und wird einmal heruntergefahren: Er nimmt nichts Neues an, lässt Laufendes enden und wartet, bis seine Threads beendet sind.',
  'claim.executor.text-2':
    'Er wird einmal pro Auftrag angelegt, nicht einmal pro Aufgabe. In der Warteschlange warten die Aufgaben, damit es die Threads nicht müssen.',
  'claim.executor.claim':
    'Viel mehr Aufgaben als Threads sind kein Problem: Vier Threads eines Executors erledigen sie schneller als ein Thread.',
  'claim.async.title': 'Synchron und asynchron',
  'claim.async.text-1':
    'Synchrone Arbeit wartet an Ort und Stelle: Die Anfrage wird gesendet, und bis zur Antwort geschieht nichts anderes. Asynchrone Arbeit legt fest, was bei der Antwort zu tun ist, und der Thread macht mit etwas anderem weiter.',
  'claim.async.text-2':
    'Acht Anfragen, die je 20 ms warten, warten zusammen und nicht nacheinander. Dafür ist kein zweiter Thread nötig.',
  'claim.async.claim':
    'Aufrufe eines langsamen Servers sind mit acht gleichzeitigen in einem Thread schneller als einzeln nacheinander.',
  'claim.waiting.title': 'Warten und Rechnen',
  'claim.waiting.text-1':
    'Ob Threads helfen, hängt davon ab, wofür die Zeit verwendet wird. Arbeit, die wartet, überlappt in einem Thread; Arbeit, die rechnet, braucht einen Kern für jeden Teil, der gleichzeitig laufen soll.',
  'claim.waiting.text-2':
    'Bei Aufrufen eines langsamen Servers sollten acht Threads daher nichts gegenüber acht gleichzeitigen Aufgaben in einem Thread gewinnen.',
  'claim.waiting.claim':
    'Für Arbeit, die nur wartet, ist ein Pool von acht nicht schneller als ein Thread mit acht gleichzeitigen Aufgaben.',
  'claim.lock.title': 'Der Unterschied zu Sprachen mit globaler Interpreter-Sperre',
  'claim.lock.text-1':
    'In CPython lässt, so wie es üblicherweise gebaut wird, eine Sperre immer nur einen Thread Python-Code ausführen. Sein ThreadPoolExecutor ist aufgebaut wie der hier: submit, map, shutdown. Dort hilft er Arbeit, die wartet, denn ein wartender Thread gibt die Sperre frei; Arbeit, die rechnet, hilft er nicht, dafür hat Python Prozesse.',
  'claim.lock.text-2':
    'Hier hat jeder Thread ein eigenes Isolate und keine solche Sperre. Der Preis: Threads teilen keine Objekte. Argumente und Ergebnisse werden kopiert oder liegen in gemeinsamem Speicher.',
  'claim.lock.claim':
    'Berechnungen sind mit einem Pool von zwei Threads schneller als einzeln nacheinander. Mit einer globalen Sperre wären sie es nicht.',

  'claim.found.faster': '{second} war schneller als {first}: {ratio} so schnell, 95-%-Intervall {interval}',
  'claim.found.slower': '{second} war langsamer als {first}: {ratio} so schnell, 95-%-Intervall {interval}',
  'claim.found.same':
    'kein klarer Unterschied zwischen {second} und {first}: {ratio} so schnell, 95-%-Intervall {interval}',
  'claim.held': 'Wie vorhergesagt: {found}.',
  'claim.unclear': 'Auf diesem Rechner derzeit nicht klar: {found}. {why}',
  'claim.not-held': 'Auf diesem Rechner nicht wie vorhergesagt: {found}. {why}',
  'claim.busy': 'Andere Arbeit belegte den Prozessor {share} der Zeit. Danach erneut versuchen.',
  'claim.few-cores':
    'Er hat {cores, plural, one {# Kern} other {# Kerne}} für {threads, plural, one {# Thread} other {# Threads}}.',
  'claim.measurement-counts': 'Die Messung zählt, nicht die Vorhersage.',
  'claim.threads-made':
    '{name}: {threads, plural, one {# Thread} other {# Threads}} für {tasks, plural, one {# Aufgabe} other {# Aufgaben}} angelegt',

  'cost.creation': 'Anlegen',
  'cost.creation.by-hand': 'Ein neuer Thread für jede Aufgabe',
  'cost.creation.by-hand.measured': 'Ein neuer Thread für jede Aufgabe: hier je {time}',
  'cost.creation.pool': 'Einige Threads vor der ersten Aufgabe',
  'cost.creation.pool.measured':
    '{threads, plural, one {# Thread} other {# Threads}} vor der ersten Aufgabe: einmalig {time}',
  'cost.reuse': 'Wiederverwendung',
  'cost.reuse.by-hand': 'Keine',
  'cost.reuse.by-hand.measured':
    'Keine: {tasks, plural, one {# Aufgabe} other {# Aufgaben}}, {threads, plural, one {# Thread} other {# Threads}}',
  'cost.reuse.pool': 'Ein Thread führt eine Aufgabe nach der anderen aus',
  'cost.reuse.pool.measured':
    '{tasks, plural, one {# Aufgabe} other {# Aufgaben}}, {threads, plural, one {# Thread} other {# Threads}}: je {each, number}',
  'cost.reuse.pool.about':
    '{tasks, plural, one {# Aufgabe} other {# Aufgaben}}, {threads, plural, one {# Thread} other {# Threads}}: je etwa {each, number}',
  'cost.management': 'Verwaltung',
  'cost.management.by-hand': 'Selbst starten, zählen, abwarten und Fehler abfangen',
  'cost.management.by-hand.measured':
    '{threads, number} selbst starten, {threads, number} Enden abwarten und Fehler abfangen',
  'cost.management.pool': 'submit und shutdown; ein abgestürzter Thread wird ersetzt',
  'cost.management.pool.measured': '2 Aufrufe: submit und shutdown; ein abgestürzter Thread wird ersetzt',
  'cost.scalability': 'Skalierbarkeit',
  'cost.scalability.by-hand': 'So viele Threads wie Aufgaben',
  'cost.scalability.by-hand.measured': '{threads, number} gleichzeitig: {bytes}, {time}',
  'cost.scalability.pool': 'Aufgaben warten, einige Threads laufen',
  'cost.scalability.pool.measured': '{waiting, number} warten, {running, number} laufen: {bytes}, {time}',
  'cost.note':
    '{runs, plural, one {Hier gemessen, je ein Lauf: Der Rechner war für mehr zu ausgelastet.} other {Hier gemessen, je # Läufe, Mediane.}} Jede Aufgabe rechnet etwa eine Millisekunde.',
  'cost.note.reduced':
    '{note} {count, plural, one {# Thread} other {# Threads}} gleichzeitig statt 300: Mehr hätten den Speicher füllen können.',
  'short.thread':
    'Ein Thread tut eines zur Zeit, und ihn anzulegen kostet Zeit und Speicher; daher wenige anlegen und wiederverwenden.',
  'short.thread.measured':
    'Ein Thread tut eines zur Zeit, und ihn anzulegen kostet Zeit und Speicher (hier {time}); daher wenige anlegen und wiederverwenden.',
  'short.executor':
    'Ein Executor setzt eine Warteschlange vor wenige Threads: Dort warten Aufgaben, und ein freier Thread nimmt die nächste.',
  'short.helps':
    'Threads helfen, während auf anderes gewartet wird (Server, Datenträger, Clients), und beim Rechnen, soweit es Kerne gibt.',
  'short.beyond':
    'Darüber hinaus teilen sich mehr Threads nur dieselben Kerne und brauchen mehr Speicher; was die eigene Arbeit gewinnt, misst „Vergleichen“.',

  'own.download': 'Download · {what}',
  'own.download.lines': 'Download · {count, plural, one {# Zeile} other {# Zeilen}}',
  'own.hash': 'Hashwerte · {what}',
  'own.verify': 'Prüfung',
  'own.verify.of': 'Prüfung · {what}',
  'own.copy': 'Kopie · {what}',
  'own.several': '{first} und {count, number} weitere',
  'draft.fault.own': 'Einen Auftrag auswählen, dessen Arbeit verglichen wird.',
  'draft.fault.latency': 'Die Latenz muss eine ganze Zahl von 0 bis {most, number} Millisekunden sein.',
  'draft.fault.tasks': 'Die Aufgaben müssen eine ganze Zahl von 1 bis {most, number} sein.',
  'draft.fault.size': 'Gleichzeitige Aufgaben müssen eine ganze Zahl von 1 bis {most, number} sein.',
  'draft.fault.repeats': 'Die Wiederholungen müssen eine ganze Zahl von 1 bis {most, number} sein.',
  'draft.fault.modes': 'Zum Vergleichen zwei Modi oder einen Modus und weitere Pool-Größen auswählen.',
  'draft.run': 'Starten',
  'draft.run-again': 'Erneut starten',
  'draft.compare': 'Modi vergleichen',
  'draft.search': 'Beste Pool-Größe suchen',
  'draft.search-again': 'Erneut suchen',

  'hint.http-401':
    'Den Download mit einer Anmeldung neu starten: unter „Optionen“ in „Neuer Download“ oder mit -u im Terminal.',
  'hint.http-403':
    'Prüfen, ob die Adresse öffentlich ist, oder den Download mit einer Anmeldung neu starten.',
  'hint.http-404': 'Der Server hat diese Datei nicht. Die Adresse auf Tippfehler prüfen.',
  'hint.http-410': 'Die Datei gibt es nicht mehr. Ihre Adresse aus der Liste entfernen.',
  'hint.http-429': 'Der Server verlangt weniger Anfragen. Später mit weniger Verbindungen wiederholen.',
  'hint.disk-full': 'Speicherplatz freigeben, dann das Fehlgeschlagene wiederholen.',
  'hint.target-exists': 'Die vorhandene Datei verschieben oder umbenennen, dann wiederholen.',
  'hint.permission-denied': 'Die Zugriffsrechte ändern, dann wiederholen.',
  'hint.length-mismatch': 'Die Übertragung wurde vorzeitig beendet. Wiederholen.',
  'hint.bad-url':
    'Nur http- und https-Adressen lassen sich herunterladen. Die Zeile in der Liste korrigieren.',
  'hint.server': 'Der Server hat ein Problem. Später wiederholen.',
  'hint.retryable': 'Wiederholen kann helfen.',
};
