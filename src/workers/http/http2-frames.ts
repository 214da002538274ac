/** HTTP/2 frame by frame (RFC 9113 §4.1), right and wrong ones, for servers in tests. */

const DATA = 0;
export const HEADERS = 1;
export const RST_STREAM = 3;
export const SETTINGS = 4;
export const PING = 6;
const GOAWAY = 7;
const CONTINUATION = 9;
/** On DATA and HEADERS; ACK on SETTINGS and PING. */
export const END_STREAM = 1;
const END_HEADERS = 4;
const PADDED = 8;

const NOTHING = Buffer.alloc(0);
const LARGEST_FRAME = 16_384;

export function frame(type: number, flags: number, stream: number, payload: Buffer = NOTHING): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

export function numbers(...values: readonly number[]): Buffer {
  const payload = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) payload.writeUInt32BE(value, index * 4);
  return payload;
}

/** @param settings identifiers and values (RFC 9113 §6.5.2) */
export function settings(...pairs: readonly (readonly [number, number])[]): Buffer {
  const payload = Buffer.alloc(pairs.length * 6);
  for (const [index, [identifier, value]] of pairs.entries()) {
    payload.writeUInt16BE(identifier, index * 6);
    payload.writeUInt32BE(value, index * 6 + 2);
  }
  return frame(SETTINGS, 0, 0, payload);
}

/** Fields as literals that are never indexed (RFC 7541 §6.2.2), shorter than 127 bytes each. */
function block(fields: Readonly<Record<string, string>>): Buffer {
  const parts = Object.entries(fields).flatMap(([name, value]) => [
    Buffer.from([0x10, name.length]),
    Buffer.from(name),
    Buffer.from([value.length]),
    Buffer.from(value),
  ]);
  return Buffer.concat(parts);
}

export type MakeFrame = (stream: number) => Buffer;

/** The headers of an answer, 200 if they do not say otherwise. */
export function head(fields: Readonly<Record<string, string>> = {}, flags = 0): MakeFrame {
  const payload = block({ ':status': '200', ...fields });
  return (stream) => {
    const parts: Buffer[] = [];
    for (let at = 0; at < payload.length; at += LARGEST_FRAME) {
      const part = payload.subarray(at, at + LARGEST_FRAME);
      const end = at + LARGEST_FRAME >= payload.length ? END_HEADERS : 0;
      parts.push(frame(at === 0 ? HEADERS : CONTINUATION, (at === 0 ? flags : 0) | end, stream, part));
    }
    return Buffer.concat(parts);
  };
}

export function data(payload: Buffer, flags = 0): MakeFrame {
  return (stream) => frame(DATA, flags, stream, payload);
}

export function padded(payload: Buffer, padding: number, flags = 0): MakeFrame {
  return data(Buffer.concat([Buffer.from([padding]), payload, Buffer.alloc(padding)]), flags | PADDED);
}

export function trailers(flags: number): MakeFrame {
  return (stream) => frame(HEADERS, END_HEADERS | flags, stream, block({ 'x-sum': '1' }));
}

export function reset(code: number): MakeFrame {
  return (stream) => frame(RST_STREAM, 0, stream, numbers(code));
}

/** @param last `null`: the stream that is answered */
export function goaway(code: number, last: number | null = null): MakeFrame {
  return (stream) => frame(GOAWAY, 0, 0, numbers(last ?? stream, code));
}
