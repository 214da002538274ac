/** The header fields of one message (RFC 9112 §5), out of its head's text: one character a byte. */
import { badAnswer } from '../http-errors';
import type { Headers } from './client';

export type Fields = Record<string, string | string[]>;

/** Without Object's own, so that no name of a field is there before it comes. */
const NewFields = function () {
  // Nothing is in it.
} as unknown as new () => Fields;
NewFields.prototype = Object.create(null) as object;

/**
 * Names as they came, in lower case; each is looked at once. Servers use the same few: the rest is not kept when there
 * are many.
 */
const names = new Map<string, string>();
const MOST_NAMES = 1000;

const CR = 13;
const SPACE = 32;
const TAB = 9;

/**
 * Lenient as other clients are: lines may end in LF alone (RFC 9112 §2.2), values go on in lines that begin with a blank
 * (§5.2), names have characters that they should not have. What two clients could read in two ways is refused.
 * @param text lines with their ends; the empty one behind them may be missing
 * @param from where the first field's line begins
 * @throws HeddleError `bad-answer`
 */
export function readFields(text: string, from: number): Fields {
  const fields = new NewFields();
  let cr = text.indexOf('\r', from);
  let next = from;
  /** Where the line from `at` on ends; sets `next` to the one behind it. */
  const lineEnd = (at: number): number => {
    const lf = text.indexOf('\n', at);
    let end = lf === -1 ? text.length : lf;
    next = lf === -1 ? end : lf + 1;
    if (end > at && text.charCodeAt(end - 1) === CR) end--;
    // What is in the middle of a line ends it for some (RFC 9112 §2.2).
    if (cr !== -1 && cr < end) throw badAnswer('a line of its headers has a carriage return in its middle');
    if (cr !== -1 && cr < next) cr = text.indexOf('\r', next);
    return end;
  };
  for (let at = from; at < text.length; at = next) {
    let end = lineEnd(at);
    if (end === at) break;
    const colon = text.indexOf(':', at);
    if (colon === -1 || colon >= end) throw badAnswer('a line of its headers has no colon');
    const written = text.slice(at, colon);
    const name = names.get(written) ?? learn(written);
    let value = trimmed(text, colon + 1, end);
    for (let code = text.charCodeAt(next); code === SPACE || code === TAB; code = text.charCodeAt(next)) {
      const begin = next;
      end = lineEnd(begin);
      const more = trimmed(text, begin, end);
      if (more !== '') value = value === '' ? more : `${value} ${more}`;
    }
    const there = fields[name];
    if (there === undefined) fields[name] = value;
    else if (typeof there === 'string') fields[name] = [there, value];
    else there.push(value);
  }
  return fields;
}

function learn(written: string): string {
  // A blank before the colon, or before a first line that seems to go on from another, hides a field from some (RFC 9112 §5.1).
  if (written === '' || /[\0-\u0020\u007f]/u.test(written)) {
    throw badAnswer('a name among its headers is empty or has a blank in it');
  }
  const name = written.toLowerCase();
  if (names.size < MOST_NAMES) names.set(written, name);
  return name;
}

/** Without blanks before and behind. */
function trimmed(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  for (; start < end; start++) {
    const code = text.charCodeAt(start);
    if (code !== SPACE && code !== TAB) break;
  }
  for (; end > start; end--) {
    const code = text.charCodeAt(end - 1);
    if (code !== SPACE && code !== TAB) break;
  }
  return text.slice(start, end);
}

/** The members of a list without the blanks around them; what else `trim` takes for one is none here. */
export function listOf(text: string): string[] {
  return text.split(',').map((member) => trimmed(member, 0, member.length));
}

/** The members of a field that is a list (RFC 9110 §5.6.1), in lower case; empty ones too. */
export function membersOf(field: Headers[string]): string[] {
  if (field === undefined) return [];
  return listOf(String(field).toLowerCase());
}
