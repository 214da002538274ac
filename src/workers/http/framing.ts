/** Where an answer's body ends, and whether the connection is of use afterwards (RFC 9112 §6.3, §9.3). */
import { badAnswer } from '../http-errors';
import { listOf, membersOf, type Fields } from './fields';

export type BodyFraming = 'none' | 'length' | 'chunked' | 'until-close';

export interface Framing {
  readonly body: BodyFraming;
  /** Content-Length, also where no body follows; `null` without. */
  readonly length: number | null;
  /** A transfer coding that was not asked for: what comes is not the file. */
  readonly coding: string | null;
  readonly keepAlive: boolean;
  /** How long the server says it keeps an unused connection, in milliseconds. */
  readonly keepAliveMs: number | null;
}

/**
 * @param minor 0 for HTTP/1.0
 * @throws HeddleError `bad-answer` where its length is none, or ambiguous
 */
export function framingOf(method: string, status: number, minor: number, fields: Fields): Framing {
  const lengthField = fields['content-length'];
  const transferField = fields['transfer-encoding'];
  const length = lengthField === undefined ? null : readLength(lengthField);
  const hasBody = method !== 'HEAD' && status !== 204 && status !== 304;
  let keepAlive = keepsAlive(minor, fields['connection']);
  let body: BodyFraming = hasBody ? (length === null ? 'until-close' : 'length') : 'none';
  let coding: string | null = null;
  if (transferField !== undefined && hasBody) {
    const members = membersOf(transferField);
    // What stands for none: behind another one it is ambiguous.
    const first = members.findIndex((member) => member !== 'identity' && member !== '');
    const codings = first === -1 ? [] : members.slice(first);
    if (codings.length === 1 && codings[0] === 'chunked') {
      body = 'chunked';
    } else if (codings.length > 0) {
      body = 'until-close';
      coding = codings.join(', ').slice(0, 100);
    }
    // Someone on the way may have understood another end (RFC 9112 §6.1).
    if (length !== null || minor === 0 || body !== 'chunked') keepAlive = false;
  }
  if (body === 'until-close') keepAlive = false;
  return {
    body,
    length,
    coding,
    keepAlive,
    keepAliveMs: keepAlive ? keepAliveMs(fields['keep-alive']) : null,
  };
}

/** One number, be it said several times (RFC 9112 §6.3). */
function readLength(field: string | string[]): number {
  const said = typeof field === 'string' ? field : field.join(', ');
  if (/^\d{1,15}$/u.test(said)) return Number(said);
  const lengths = listOf(said);
  const [first = ''] = lengths;
  if (!lengths.every((each) => /^\d{1,15}$/u.test(each)) || new Set(lengths.map(Number)).size > 1) {
    throw badAnswer(`its Content-Length is "${said.slice(0, 100)}"`);
  }
  return Number(first);
}

function keepsAlive(minor: number, connection: string | string[] | undefined): boolean {
  if (connection === undefined) return minor > 0;
  if (connection === 'keep-alive') return true;
  const options = membersOf(connection);
  if (options.includes('close')) return false;
  return minor > 0 || options.includes('keep-alive');
}

/** `timeout` of Keep-Alive (RFC 2068 §19.7.1.1), in seconds there. */
function keepAliveMs(field: string | string[] | undefined): number | null {
  if (field === undefined) return null;
  const [, seconds] = /(?:^|[,;\s])timeout\s*=\s*"?(\d{1,6})/iu.exec(String(field)) ?? [];
  return seconds === undefined ? null : Number(seconds) * 1000;
}
