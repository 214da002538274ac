/** XML documents that are lists, element by element; of one that is long, little is in memory. */
import { SaxesParser } from 'saxes';
import type { ListedEntry } from '../../common/model/download';
import { fault } from './entry';

const MAX_TEXT = 65_536;
const MAX_DEPTH = 64;
/** Without an event between, as of an attribute without end. */
const MAX_SILENCE = 4_194_304;

export interface XmlElement {
  /** Without its prefix. */
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** On which line it begins. */
  readonly line: number;
}

export interface XmlReader {
  /** What the document is, as in "is not a Metalink document". */
  readonly what: string;
  /** Of which one is the document's element. */
  readonly roots: readonly string[];
  readonly open?: (element: XmlElement) => void;
  /** @param text in it, trimmed. @returns the entry that is whole with it, or `null` */
  readonly close: (element: XmlElement, text: string, parent: XmlElement | undefined) => ListedEntry | null;
}

class Stop extends Error {}

function orStop(parse: () => void): void {
  try {
    parse();
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
  }
}

export async function* readXml(
  /** Short pieces: what is nested without end is noticed before all of it is taken. */
  texts: AsyncIterable<string>,
  reader: XmlReader,
): AsyncGenerator<readonly ListedEntry[], void, undefined> {
  // Entities of a document type are not expanded by this parser: an entity bomb is a fault, no more.
  const parser = new SaxesParser();
  const found: ListedEntry[] = [];
  const open: XmlElement[] = [];
  let text = '';
  let broken = null as string | null;
  let silence = 0;
  // What the parser says quotes the text.
  parser.on('error', () => {
    broken ??= 'it is not well-formed XML';
    // What follows would be as many errors.
    throw new Stop();
  });
  parser.on('opentag', ({ name, attributes }) => {
    const element = { name: name.slice(name.indexOf(':') + 1), attributes, line: parser.line };
    if (open.length === 0 && !reader.roots.includes(element.name)) broken ??= 'its root has another name';
    if (open.length > MAX_DEPTH) broken ??= 'it is nested too deeply';
    open.push(element);
    text = '';
    silence = 0;
    if (broken === null) reader.open?.(element);
  });
  const gather = (piece: string): void => {
    if (text.length < MAX_TEXT) text += piece;
  };
  parser.on('text', gather);
  parser.on('cdata', gather);
  parser.on('closetag', () => {
    const element = open.pop();
    if (element === undefined || broken !== null) return;
    const entry = reader.close(element, text.trim(), open.at(-1));
    if (entry !== null) found.push(entry);
    text = '';
    silence = 0;
  });
  for await (const piece of texts) {
    silence += piece.length;
    orStop(() => parser.write(piece));
    if (silence > MAX_SILENCE) broken ??= 'a part of it is too long';
    if (broken !== null) break;
    if (found.length > 0) yield found.splice(0);
  }
  if (broken === null) orStop(() => parser.close());
  if (broken !== null) found.push(fault(parser.line, '', `is not ${reader.what}: ${broken}`));
  if (found.length > 0) yield found;
}
