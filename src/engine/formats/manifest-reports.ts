/**
 * What tools print for people, as it is kept or pasted: `certutil -hashfile` and `Get-FileHash` of Windows, `7z h`; and
 * the control files of Debian (Release, .dsc, .changes), whose fields list files with digest and size.
 */
import type { ByteText } from './byte-text';
import { lacksAlgorithm } from './manifest-digests';
import type { ParsedLine } from './manifest-item';
import { namedBy } from './named-algorithms';
import type { LineReader } from './signed-text';

/** @param head the beginning of the file @returns `null` for what is none of these */
export function reportReader(head: ByteText): LineReader | null {
  if (/^\s*7-Zip .*Copyright/u.test(head)) return new SevenZip();
  if (CERTUTIL_HEAD.test(head)) return new CertUtil();
  if (/^"?Algorithm"?(?: *:|,"?Hash\b| +Hash\b)/mu.test(head)) return new GetFileHash();
  return CONTROL_HEAD.test(head) ? new ControlFile() : null;
}

const NO_LINE = { fault: 'is no line of a known format' } as const;

interface Stated {
  /** As the tool calls the algorithm. */
  readonly tag: string;
  readonly hex: string;
}

/** Of what Heddle lacks the line is said to have, where it has nothing else. */
function entryOf(stated: readonly Stated[], name: ByteText, size?: number): ParsedLine {
  const named = stated.map(({ tag, hex }) => ({ tag, hex, meant: namedBy(tag, hex.length * 4) }));
  const known = named.flatMap(({ meant, hex }) =>
    meant?.algorithm == null ? [] : [[meant.algorithm, hex.toLowerCase()]],
  );
  if (known.length === 0)
    return { fault: lacksAlgorithm(named.map(({ tag, meant }) => meant?.label ?? tag).join(', ')) };
  const digests: Readonly<Record<string, string>> = Object.fromEntries(known) as Record<string, string>;
  return { name, digests, alternatives: [], ...(size === undefined ? {} : { size }) };
}

/** `SHA256 hash of a.iso:`, in the languages that write it with the same letters. */
const CERTUTIL = String.raw`(?:hash |hachage )?(md[245]|sha-?\d+)[- ](?:hash )?(?:of file|of|von|de|di|van) (.+?) ?:`;
const CERTUTIL_HEAD = new RegExp(`^${CERTUTIL}\\r?\\n(?:[0-9a-f]{2} ?)+\\r?$`, 'imu');
const CERTUTIL_LINE = new RegExp(`^${CERTUTIL}$`, 'iu');

/** A line that names algorithm and file, one with the digest (before Windows 8 with spaces in it), and a last one. */
class CertUtil implements LineReader {
  #last: { readonly tag: string; readonly name: ByteText } | null = null;

  read(line: ByteText): ParsedLine {
    const text = line.trimEnd();
    if (text === '' || /^certutil: /iu.test(text)) return null;
    const [, tag, name] = CERTUTIL_LINE.exec(text) ?? [];
    if (tag !== undefined && name !== undefined) {
      this.#last = { tag, name };
      return null;
    }
    const last = this.#last;
    if (last === null || !/^(?:[0-9a-f]{2} ?)+$/iu.test(text)) return NO_LINE;
    this.#last = null;
    return entryOf([{ tag: last.tag, hex: text.replaceAll(' ', '') }], last.name);
  }
}

/** As a table, as a list (`| Format-List`) and as CSV (`| Export-Csv`). */
class GetFileHash implements LineReader {
  #tag = '';
  #hex = '';

  read(line: ByteText): ParsedLine {
    const text = line.trimEnd();
    if (text === '' || /^(?:#TYPE |"?Algorithm"?(?:,| +Hash)|-{4})/u.test(text)) return null;
    const [, csvTag, csvHex, csvName] = /^"([^"]+)","([0-9a-f]+)","((?:[^"]|"")+)"/iu.exec(text) ?? [];
    if (csvTag !== undefined && csvHex !== undefined && csvName !== undefined)
      return entryOf([{ tag: csvTag, hex: csvHex }], csvName.replaceAll('""', '"'));
    const [, field, value = ''] = /^(Algorithm|Hash|Path) *: ?(.*)$/u.exec(text) ?? [];
    if (field === 'Path') return this.#path(value);
    if (field === 'Algorithm') this.#tag = value;
    if (field === 'Hash') this.#hex = value;
    if (field !== undefined) return null;
    const [, tag, hex, name] = /^([\w-]+) +([0-9a-f]{32,128}) +(\S.*)$/iu.exec(text) ?? [];
    if (tag === undefined || hex === undefined || name === undefined) return NO_LINE;
    // No name of Windows ends so.
    if (name.endsWith('...')) return { fault: 'has a path that was cut off to fit the window' };
    return entryOf([{ tag, hex }], name);
  }

  #path(name: string): ParsedLine {
    const stated = { tag: this.#tag, hex: this.#hex };
    this.#hex = '';
    return name === '' || !/^[0-9a-f]+$/iu.test(stated.hex) ? NO_LINE : entryOf([stated], name);
  }
}

interface Column {
  readonly title: string;
  readonly start: number;
  readonly end: number;
}

/** A table between two lines of dashes, which say how wide its columns are; words around it. */
class SevenZip implements LineReader {
  #before = '';
  #columns: readonly Column[] | null = null;

  read(line: ByteText): ParsedLine {
    if (/^-+(?: +-+){2,}$/u.test(line.trimEnd())) {
      this.#columns = this.#columns === null ? columnsOf(line, this.#before) : null;
      return null;
    }
    if (this.#columns === null) {
      this.#before = line;
      return null;
    }
    const cell = ({ start, end }: Column): string => line.slice(start, end).trim();
    const name = this.#columns.at(-1);
    const size = this.#columns.at(-2);
    if (name === undefined || size === undefined) return null;
    const stated = this.#columns
      .slice(0, -2)
      .map((column) => ({ tag: column.title, hex: cell(column) }))
      .filter(({ hex }) => /^[0-9a-f]+$/iu.test(hex));
    // Folders have none.
    if (stated.length === 0) return null;
    return entryOf(stated, line.slice(name.start).trimEnd(), sizeOf(cell(size)));
  }
}

function columnsOf(dashes: string, titles: string): readonly Column[] {
  return Array.from(dashes.matchAll(/-+/gu), ({ 0: { length }, index }) => ({
    title: titles.slice(index, index + length).trim(),
    start: index,
    end: index + length,
  }));
}

function sizeOf(text: string): number | undefined {
  return /^\d{1,15}$/u.test(text) ? Number(text) : undefined;
}

const CONTROL_FIELD = String.raw`(?:checksums-)?(md5sum|sha\d+|files):[ \t]*`;
const CONTROL_HEAD = new RegExp(`^${CONTROL_FIELD}\\r?\\n[ \\t]+[0-9a-f]{32,128}[ \\t]+\\d+[ \\t]`, 'imu');
const CONTROL_LINE = new RegExp(`^${CONTROL_FIELD}$`, 'iu');

/** deb-src-control(5), deb-changes(5): ` digest size name` below a field that names the algorithm. */
class ControlFile implements LineReader {
  #tag: string | null = null;

  read(line: ByteText): ParsedLine {
    if (/^\S/u.test(line)) {
      const [, tag = null] = CONTROL_LINE.exec(line.trimEnd()) ?? [];
      this.#tag = tag?.toLowerCase() === 'files' ? 'MD5' : tag;
      return null;
    }
    if (this.#tag === null || line.trim() === '') return null;
    // The field Files of .changes has section and priority, too.
    const [, hex, size = '', name] =
      /^[ \t]+([0-9a-f]{32,128})[ \t]+(\d+)[ \t]+(?:\S+[ \t]+\S+[ \t]+)?(\S+)$/iu.exec(line.trimEnd()) ?? [];
    if (hex === undefined || name === undefined) return NO_LINE;
    return entryOf([{ tag: this.#tag, hex }], name, sizeOf(size));
  }
}
