/**
 * Ranges and sets in URLs, as curl has them (curl(1), "URL globbing"): `img[001-250].png`, `[a-z]`, `[0-100:10]`,
 * `{a,b,c}`; several in one URL give every combination, the last one running fastest. `\` takes the meaning from the
 * character behind it. Brackets that hold no range, as in the address `http://[::1]/`, are left as they are.
 */
import { Fault } from './entry';

/** More from one line than this are a mistake. */
export const MAX_FROM_ONE_LINE = 1_000_000;

/** All that one line stands for, together; so much is read in a few seconds. */
const MAX_CHARACTERS = 400_000_000;
/** Two numbers and a step, with what is between them. */
const LONGEST_RANGE = 41;

interface Choice {
  readonly count: number;
  /** Characters, on average. */
  readonly size: number;
  readonly at: (index: number) => string;
}
type Piece = string | Choice;

export function hasRanges(text: string): boolean {
  return text.includes('[') || text.includes('{') || text.includes('\\');
}

/** @throws Fault when it stands for too many */
export function* expandUrl(text: string): Generator<string, void, undefined> {
  const pieces = parse(text);
  let total = 1;
  let size = pieces.length;
  for (const piece of pieces) {
    if (typeof piece !== 'string') total *= piece.count;
    size += typeof piece === 'string' ? piece.length : piece.size;
  }
  if (total > MAX_FROM_ONE_LINE) throw new Fault(`stands for more than ${MAX_FROM_ONE_LINE} addresses`);
  if (total > 1 && total * size > MAX_CHARACTERS)
    throw new Fault('stands for too many addresses of such a length');
  for (let index = 0; index < total; index++) {
    let rest = index;
    let url = '';
    for (const piece of [...pieces].reverse()) {
      if (typeof piece === 'string') {
        url = piece + url;
      } else {
        url = piece.at(rest % piece.count) + url;
        rest = Math.floor(rest / piece.count);
      }
    }
    yield url;
  }
}

function parse(text: string): Piece[] {
  const pieces: Piece[] = [];
  let plain = '';
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? '';
    const next = text[at + 1] ?? '';
    if (character === '\\' && '[]{}\\'.includes(next) && next !== '') {
      plain += next;
      at += 1;
      continue;
    }
    const close = character === '[' ? ']' : character === '{' ? '}' : '';
    const end = close === '' ? -1 : closeAt(text, close, at);
    const inner = end < 0 ? '' : text.slice(at + 1, end);
    const piece = end < 0 ? null : character === '[' ? range(inner) : set(inner);
    if (piece === null) {
      // What is nested is no set, and nothing within it is.
      const whole = character === '{' ? balanced(text, at) : at + 1;
      plain += text.slice(at, whole);
      at = whole - 1;
      continue;
    }
    pieces.push(plain, piece);
    plain = '';
    at = end;
  }
  pieces.push(plain);
  return pieces;
}

/** @returns -1 where none is as near as it has to be */
function closeAt(text: string, close: string, at: number): number {
  if (close === '}') return text.indexOf(close, at);
  const end = text.slice(at, at + LONGEST_RANGE + 2).indexOf(close);
  return end < 0 ? -1 : at + end;
}

function range(inner: string): Choice | null {
  const [, from, to, step = '1'] =
    /^(\d{1,15}|[a-z]|[A-Z])-(\d{1,15}|[a-z]|[A-Z])(?::(\d{1,9}))?$/u.exec(inner) ?? [];
  if (from === undefined || to === undefined || Number(step) < 1) return null;
  const numbers = /^\d/u.test(from);
  if (numbers !== /^\d/u.test(to)) return null;
  if (!numbers && from < 'a' !== to < 'a') return null;
  const first = numbers ? Number(from) : from.charCodeAt(0);
  const last = numbers ? Number(to) : to.charCodeAt(0);
  if (last < first) return null;
  const width = numbers && from.startsWith('0') ? from.length : 0;
  return {
    count: Math.floor((last - first) / Number(step)) + 1,
    size: to.length,
    at: (index) => {
      const value = first + index * Number(step);
      return numbers ? String(value).padStart(width, '0') : String.fromCharCode(value);
    },
  };
}

function set(inner: string): Choice | null {
  // One alone is no choice; people paste addresses that hold `{id}`, or JSON.
  if (!inner.includes(',') || /[{"[\]]/u.test(inner)) return null;
  const values = inner.split(',');
  return { count: values.length, size: inner.length / values.length, at: (index) => values[index] ?? '' };
}

/** @returns the position behind the brace that closes the one at `at`; behind that one itself if none does */
function balanced(text: string, at: number): number {
  let depth = 0;
  for (let end = at; end < text.length; end++) {
    if (text[end] === '{') depth += 1;
    else if (text[end] === '}') depth -= 1;
    if (depth === 0) return end + 1;
  }
  return text.length;
}
