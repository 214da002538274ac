/** For tests: a whole answer through the parser, in pieces of any sizes. */
import { HeddleError } from '../../common/model/errors';
import { DATA, END, MORE, ResponseParser, type Head } from './parser';

export interface Parsed {
  readonly head: Head | null;
  readonly body: string;
  /**
   * - `whole`: by its own framing; `closed`: by the connection's end
   * - `short`: it was not whole when the connection ended
   * - otherwise the error's sentence
   */
  readonly end: string;
  /** Bytes behind it. */
  readonly rest: string;
}

/** @param sizes of the pieces, again and again; what is left comes at once where they are none */
export function parse(text: string | Buffer, method = 'GET', sizes: readonly number[] = []): Parsed {
  const bytes = typeof text === 'string' ? Buffer.from(text, 'latin1') : text;
  const parser = new ResponseParser();
  parser.begin(method);
  const body: Buffer[] = [];
  const got = (end: string, at: number): Parsed => ({
    head: parser.head,
    body: Buffer.concat(body).toString('latin1'),
    end,
    rest: Buffer.concat([parser.rest, bytes.subarray(at)]).toString('latin1'),
  });
  // What a parser keeps of a buffer that is used again would be this.
  const reused = Buffer.alloc(bytes.length);
  let at = 0;
  try {
    for (let piece = 0; at < bytes.length; piece++) {
      const size = Math.max(1, sizes.length === 0 ? bytes.length : (sizes[piece % sizes.length] ?? 1));
      reused.fill('#');
      const length = bytes.copy(reused, 0, at, at + size);
      at += length;
      parser.feed(reused.subarray(0, length));
      for (let step = parser.next(); step !== MORE; step = parser.next()) {
        if (step === DATA) body.push(Buffer.from(parser.data));
        else if (step === END) return got('whole', at);
        else if (parser.head === null) throw new Error('a head that is none');
      }
    }
    return got(parser.close() ? 'closed' : 'short', at);
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
    return { ...got(error.message, at), rest: '' };
  }
}
