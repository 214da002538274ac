/** What is said of lists: lines of lists of URLs that are no entry, what was left out of them (engine/formats); and of listed files. */
export const STORED_OF_LISTS: readonly (readonly [english: string, german: string])[] = [
  ['Line {line} is not an HTTP or HTTPS address.', 'Zeile {line} ist keine HTTP- oder HTTPS-Adresse.'],
  [
    'Line {line} has more than an address: put a # before remarks, and write spaces in addresses as %20.',
    'Zeile {line} enthält mehr als eine Adresse: Bemerkungen mit # beginnen und Leerzeichen in Adressen als %20 schreiben.',
  ],
  ['Line {line} is longer than any address.', 'Zeile {line} ist länger als jede Adresse.'],
  ['Line {line} has no address.', 'Zeile {line} enthält keine Adresse.'],
  ['Line {line} is not JSON.', 'Zeile {line} ist kein JSON.'],
  ['Line {line} is too long.', 'Zeile {line} ist zu lang.'],
  [
    'Line {line} is too long: write an array of records.',
    'Zeile {line} ist zu lang: ein Array von Einträgen schreiben.',
  ],
  ['Line {line} is where the JSON ends too early.', 'In Zeile {line} endet das JSON zu früh.'],
  ['Line {line} is no request.', 'Zeile {line} ist keine Anfrage.'],
  [
    'Line {line} and those behind it are too much: give them in parts.',
    'Zeile {line} und die folgenden sind zu viel: in Teilen angeben.',
  ],
  [
    'Line {line} is a place beside the playlist, whose own address is not known.',
    'Zeile {line} ist ein Ort neben der Wiedergabeliste, deren eigene Adresse nicht bekannt ist.',
  ],
  [
    'Line {line} is the first of {what} that are relative to the address of the page, which is not known.',
    'Zeile {line} ist der erste von {what}, die relativ zur Adresse der Seite sind, und diese ist nicht bekannt.',
  ],
  ['Line {line} names no column "url".', 'Zeile {line} nennt keine Spalte „url“.'],
  [
    'Line {line} has more fields than the first line names: put those with commas in quotes.',
    'Zeile {line} hat mehr Felder, als die erste Zeile nennt: Felder mit Kommas in Anführungszeichen setzen.',
  ],
  [
    'Line {line} is of a session that had a folder of its own: what it names goes into the folder chosen here.',
    'Zeile {line} gehört zu einer Sitzung mit eigenem Ordner: Was sie nennt, kommt in den hier gewählten Ordner.',
  ],
  [
    'It is an index: its addresses are those of sitemaps, which are lists themselves.',
    'Das ist ein Index: Seine Adressen sind die von Sitemaps, die selbst Listen sind.',
  ],
  [
    '{count} of its requests do not fetch a file from a server or are not GET requests, and were skipped.',
    '{count} der Anfragen holen keine Datei von einem Server oder sind keine GET-Anfragen und wurden übersprungen.',
  ],
  [
    '1 image was left out: what is shown in the text is not linked.',
    '1 Bild wurde ausgelassen: Was im Text gezeigt wird, ist nicht verlinkt.',
  ],
  [
    '{count} images were left out: what is shown in the text is not linked.',
    '{count} Bilder wurden ausgelassen: Was im Text gezeigt wird, ist nicht verlinkt.',
  ],
  [
    '1 link leads elsewhere than to HTTP (mail, scripts) and was left out.',
    '1 Link führt nicht zu HTTP (E-Mail, Skripte) und wurde ausgelassen.',
  ],
  [
    '{count} links lead elsewhere than to HTTP (mail, scripts) and were left out.',
    '{count} Links führen nicht zu HTTP (E-Mail, Skripte) und wurden ausgelassen.',
  ],

  // Of files that a manifest lists (workers/verify.ts).
  [
    '{what} is not as it was listed: its {algorithm} is {found}, not {expected}.',
    '{what} entspricht nicht der Liste: {algorithm} ist {found} statt {expected}.',
  ],
  [
    '{what} was judged when the manifest was read. Begin a new verification.',
    '{what} wurde beim Lesen der Prüfsummendatei beurteilt. Eine neue Prüfung beginnen.',
  ],
];
