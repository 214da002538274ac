/** Sentences that the engine stores in English, and what they are here: by their shape, the first that fits. */
import { sentencesOf } from '../stored';
import { STORED_OF_LISTS } from './stored-lists';

export const STORED: readonly (readonly [english: string, german: string])[] = [
  // Of the system, after what they are about (common/model/errors.ts).
  ['{what} does not exist.', '{what} ist nicht vorhanden.'],
  [
    '{what} may not be accessed by this user. Check its permissions.',
    'Kein Zugriff auf {what}. Die Zugriffsrechte prüfen.',
  ],
  [
    '{what} does not allow this operation. Check its owner and permissions.',
    '{what} lässt diesen Vorgang nicht zu. Besitzer und Zugriffsrechte prüfen.',
  ],
  [
    '{what} could not be written: the disk is full. Make room, then retry.',
    '{what} konnte nicht geschrieben werden: Der Datenträger ist voll. Platz schaffen, dann wiederholen.',
  ],
  [
    '{what} is larger than the target file system can hold.',
    '{what} ist zu groß für das Dateisystem des Ziels.',
  ],
  ['{what} lies on a read-only file system.', '{what} liegt auf einem schreibgeschützten Dateisystem.'],
  ['{what} is a folder where a file was expected.', '{what} ist ein Ordner, erwartet wird eine Datei.'],
  ['{what} is not a folder.', '{what} ist kein Ordner.'],
  [
    '{what} has a name that is too long for the file system.',
    'Der Name von {what} ist zu lang für das Dateisystem.',
  ],
  ['{what} exists already and was left as it is.', '{what} ist schon vorhanden und wurde nicht verändert.'],
  [
    '{what} could not be read or written: the device reported an error.',
    '{what} konnte nicht gelesen oder geschrieben werden: Der Datenträger meldet einen Fehler.',
  ],
  ['{what} is in use by the system.', '{what} wird vom System verwendet.'],
  ['{what} changed while it was copied.', '{what} hat sich während des Kopierens geändert.'],
  ['{what} changed while it was read.', '{what} hat sich während des Lesens geändert.'],
  ['{what} is not there any more.', '{what} ist nicht mehr da.'],
  ['{what} is not there.', '{what} ist nicht da.'],
  [
    '{what} is a symbolic link, which is not followed inside a folder.',
    '{what} ist ein symbolischer Link; ihm wird innerhalb eines Ordners nicht gefolgt.',
  ],
  ['{what} is not a regular file.', '{what} ist keine gewöhnliche Datei.'],

  ...STORED_OF_LISTS,

  // While a job runs (engine/jobs/monitor.ts, room.ts).
  [
    'There is no network. The downloads continue when it is back.',
    'Kein Netzwerk. Die Downloads gehen weiter, sobald es wieder da ist.',
  ],
  ['Waiting: next attempt in {time}', 'Wartet: nächster Versuch in {time}'],
  [
    '{host} asks to wait: next attempt in {time}. {why}',
    '{host} bittet zu warten: nächster Versuch in {time}. {why}',
  ],
  ['{host} asks to wait: next attempt in {time}', '{host} bittet zu warten: nächster Versuch in {time}'],
  [
    '{some} of {all} threads: {jobs} jobs share {total}.',
    '{some} von {all} Threads: {jobs} Aufträge teilen sich {total}.',
  ],
  [
    '{some} of {all} threads: the processors are busy.',
    '{some} von {all} Threads: Die Prozessoren sind ausgelastet.',
  ],
  [
    '{worker} works alone: {what}. 1 thread has nothing left to do.',
    '{worker} arbeitet allein: {what}. 1 Thread hat nichts mehr zu tun.',
  ],
  [
    '{worker} works alone: {what}. {count} threads have nothing left to do.',
    '{worker} arbeitet allein: {what}. {count} Threads haben nichts mehr zu tun.',
  ],
  [
    'The disk is full: at least {amount} more are needed on {disk}. The job continues when there is room.',
    'Der Datenträger ist voll: Auf {disk} fehlen mindestens {amount}. Der Auftrag geht weiter, sobald Platz ist.',
  ],
  [
    'The disk is full: {amount} more are needed on {disk}. The job continues when there is room.',
    'Der Datenträger ist voll: Auf {disk} fehlen {amount}. Der Auftrag geht weiter, sobald Platz ist.',
  ],
  [
    'The disk is full: more room is needed on {disk}. The job continues when there is room.',
    'Der Datenträger ist voll: Auf {disk} fehlt Platz. Der Auftrag geht weiter, sobald Platz ist.',
  ],

  // What a mirror did not delete (engine/jobs/withheld.ts).
  ...withheld('1 extra entry of the target', 'was', 'it', '1 zusätzlicher Eintrag im Ziel wurde', 'ihn'),
  ...withheld(
    '{count} extra entries of the target',
    'were',
    'them',
    '{count} zusätzliche Einträge im Ziel wurden',
    'sie',
  ),

  // Cautions and notes of experiments (engine/experiments).
  [
    'Other work kept the processor busy for {share} of the time meanwhile. Repeat this on a quiet machine.',
    'Andere Arbeit belegte den Prozessor währenddessen {share} der Zeit. Auf einem ruhigen Rechner wiederholen.',
  ],
  [
    '“{mode}” takes {start} to start, which is not in its {time}: for work as short as this, it counts.',
    '„{mode}“ braucht {start} zum Starten, die in {time} nicht enthalten sind: Bei so kurzer Arbeit zählt das.',
  ],
  [
    'One run of each cannot tell a difference from chance. Repeat {count} times or more.',
    'Je ein Lauf lässt einen Unterschied nicht vom Zufall unterscheiden. Mindestens {count}-mal wiederholen.',
  ],
  ...(
    [
      ['Two', 'Zwei'],
      ['Three', 'Drei'],
      ['Four', 'Vier'],
    ] as const
  ).map(
    ([english, german]) =>
      [
        `${english} runs of each are few: the intervals are wide. Repeat {count} times or more.`,
        `${german} Läufe je Modus sind wenig: Die Intervalle sind breit. Mindestens {count}-mal wiederholen.`,
      ] as const,
  ),
  ...scatter(
    'scatter too much to see a difference of less than {reach}',
    'streuen zu stark, um einen Unterschied unter {reach} zu erkennen',
  ),
  ...scatter(
    'scatter: how far apart they are is known to ± {reach} only',
    'streuen: Ihr Abstand ist nur auf ± {reach} bekannt',
  ),
  [
    'Another Heddle ran jobs at the same time, which may have disturbed the measurements.',
    'Ein anderes Heddle führte gleichzeitig Aufträge aus, was die Messung gestört haben kann.',
  ],
  [
    'This work reads no files, so there was nothing to drop from the page cache.',
    'Diese Arbeit liest keine Dateien, daher war aus dem Seitencache nichts zu entfernen.',
  ],
  [
    'The page cache could not be dropped: the files are on a file system that is in memory. It was warm.',
    'Der Seitencache konnte nicht geleert werden: Die Dateien liegen auf einem Dateisystem im Speicher. Er war warm.',
  ],
  [
    'The page cache could not be dropped, because there is no call for it on this system. It was warm.',
    'Der Seitencache konnte nicht geleert werden, weil dieses System dafür keinen Aufruf hat. Er war warm.',
  ],
  [
    'One task failed in the same way in every run ({what}); the times include that.',
    'Eine Aufgabe schlug in jedem Lauf auf dieselbe Weise fehl ({what}); die Zeiten enthalten das.',
  ],
  [
    '{count} tasks failed in the same way in every run ({what}); the times include that.',
    '{count} Aufgaben schlugen in jedem Lauf auf dieselbe Weise fehl ({what}); die Zeiten enthalten das.',
  ],

  // What a copied command leaves out (common/command-line).
  ['the login (-u)', 'die Anmeldung (-u)'],
  ['the token (--oauth2-bearer)', 'das Token (--oauth2-bearer)'],
  ['the password of the client certificate (--pass)', 'das Passwort des Client-Zertifikats (--pass)'],
  ['the header {name} (-H)', 'der Header {name} (-H)'],
  ['the proxy, which has a login (--proxy)', 'der Proxy, der eine Anmeldung hat (--proxy)'],
  ['logins in URLs', 'Anmeldungen in URLs'],
  ['the list: save it as a file and add -i FILE', 'die Liste: als Datei speichern und -i DATEI ergänzen'],
  [
    'the lists: save each as a file and add -i FILE for each',
    'die Listen: je als Datei speichern und für jede -i DATEI ergänzen',
  ],
];

export const germanSentence = sentencesOf(STORED, { group: '.', decimal: ',' });

function withheld(
  things: string,
  was: string,
  them: string,
  dinge: string,
  sie: string,
): (readonly [string, string])[] {
  const [subject = ''] = dinge.split(' wurde');
  const would = dinge.endsWith('n') ? 'würden' : 'würde';
  return [
    [
      `${things} would be deleted only after a decision on the targets that differ.`,
      `${subject} ${would} erst nach einer Entscheidung über die abweichenden Ziele gelöscht.`,
    ],
    [
      `${things} ${was} not deleted yet: decide what becomes of the targets that differ, and the mirror deletes ${them}.`,
      `${dinge} noch nicht gelöscht: Nach der Entscheidung über die abweichenden Ziele löscht die Spiegelung ${sie}.`,
    ],
    [
      `${things} would be kept: the source has no file to copy. Is the disk there that it is on?`,
      `${subject} ${would} behalten: Die Quelle enthält nichts zum Kopieren. Ist ihr Datenträger angeschlossen?`,
    ],
    [
      `${things} ${was} kept: the source has no file to copy. Is the disk there that it is on?`,
      `${dinge} behalten: Die Quelle enthält nichts zum Kopieren. Ist ihr Datenträger angeschlossen?`,
    ],
    [
      `${things} would be deleted only if all of the source could be copied.`,
      `${subject} ${would} nur gelöscht, wenn die ganze Quelle kopiert werden könnte.`,
    ],
    [
      `${things} ${was} not deleted, because not all of the source could be copied. Fix this and retry, and the mirror deletes ${them}.`,
      `${dinge} nicht gelöscht, weil nicht die ganze Quelle kopiert werden konnte. Nach Behebung und Wiederholung löscht die Spiegelung ${sie}.`,
    ],
  ];
}

function scatter(what: string, was: string): (readonly [string, string])[] {
  return [
    [
      `The runs of {pairs} ${what}; about {count} repeats would do.`,
      `Die Läufe von {pairs} ${was}; etwa {count} Wiederholungen würden reichen.`,
    ],
    [
      `The runs of {pairs} ${what}; not even {count} repeats would do. Try more work in each run, or a quieter machine.`,
      `Die Läufe von {pairs} ${was}; selbst {count} Wiederholungen würden nicht reichen. Mehr Arbeit je Lauf oder einen ruhigeren Rechner versuchen.`,
    ],
  ];
}
