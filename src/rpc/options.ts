/** Reads options as aria2 does: names that it does not have are passed over, and a value that cannot be is refused. */
import { parseChecksum } from '../common/model/digest-fields';
import { RpcError } from './rpc-error';
import { OPTIONS, type OptionKind, type OptionRow } from './option-table';

/** As they are told again: numbers in decimal, sizes in bytes. */
export type Values = Readonly<Record<string, string>>;

const MOST_LINES = 1000;
const MOST_CHARACTERS = 65_536;

/** @param isMeant of those that can be set here. @throws RpcError */
export function readOptions(
  given: Readonly<Record<string, unknown>>,
  isMeant: (row: OptionRow) => boolean,
): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    const row = OPTIONS.get(name);
    if (row === undefined || !isMeant(row)) continue;
    const isList = row.kind.type === 'lines' || row.kind.type === 'pairs';
    // Others than text are passed over, which is what clients of aria2 are used to.
    const texts = isList && Array.isArray(value) ? (value as unknown[]) : [value];
    const read = texts.filter((text) => typeof text === 'string').map((text) => readValue(row, text));
    const [first] = read;
    if (first === undefined) continue;
    values[name] = isList
      ? read
          .slice(0, MOST_LINES)
          .map((line) => `${line}\n`)
          .join('')
      : first;
  }
  return values;
}

export function wrongValue(name: string): RpcError {
  return new RpcError(`We encountered a problem while processing the option '--${name}'.`);
}

function readValue({ name, kind }: OptionRow, text: string): string {
  const value = text.length > MOST_CHARACTERS || text.includes('\0') ? null : readKind(kind, text);
  if (value === null) throw wrongValue(name);
  return value;
}

/** `null`: it cannot be. */
function readKind(kind: OptionKind, text: string): string | null {
  switch (kind.type) {
    case 'flag':
      return text === '' ? 'true' : text === 'true' || text === 'false' ? text : null;
    case 'int':
      return within(/^\d{1,18}$/u.test(text) ? Number(text) : NaN, kind);
    case 'size': {
      const [, digits, unit = ''] = /^(\d{1,15})([KkMm]?)$/u.exec(text) ?? [];
      const factor = unit === '' ? 1 : unit.toLowerCase() === 'k' ? 1024 : 1_048_576;
      return within(digits === undefined ? NaN : Number(digits) * factor, kind);
    }
    case 'one':
      return kind.of.includes(text) ? text : null;
    case 'ratio':
      return Number(text) < 0 ? null : text;
    case 'checksum':
      return parseChecksum(text) === null || !text.includes('=') ? null : text;
    case 'gid':
      return /^[0-9A-Fa-f]{16}$/u.test(text) ? text.toLowerCase() : text;
    case 'proxy':
      // One that is none is told when it is used.
      return text === '' ? '' : proxyAddress(text);
    case 'pairs':
      return /^\d+=/u.test(text) ? text : null;
    case 'ranges':
      return text === '' || /^\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*$/u.test(text) ? text : null;
    case 'text':
    case 'lines':
      return text;
  }
}

function within(value: number, { min, max }: { readonly min: number; readonly max: number }): string | null {
  return value >= min && value <= max ? String(value) : null;
}

/** As aria2 tells it: with its scheme, and a slash behind it. */
function proxyAddress(text: string): string {
  const address = /^[a-z][\w+.-]*:\/\//iu.test(text) ? text : `http://${text}`;
  return address.endsWith('/') ? address : `${address}/`;
}
