/** A failure of HTTP/2 itself. */
export class Http2Error extends Error {
  /**
   * - `HTTP2_NOT_PROCESSED`: the server did nothing with the request, which may be sent again (RFC 9113 §8.7).
   * - `HTTP2_UNUSABLE`: the two sides do not understand each other, or the server asks for HTTP/1.1; `message` is the
   *   error's name.
   * - `HTTP2_RESET`: the stream or its connection was ended before the answer's end; `message` is the error's name.
   */
  readonly code: `HTTP2_${'NOT_PROCESSED' | 'UNUSABLE' | 'RESET'}`;

  constructor(what: 'NOT_PROCESSED' | 'UNUSABLE' | 'RESET', message: string = what) {
    super(message);
    this.name = 'Http2Error';
    this.code = `HTTP2_${what}`;
  }
}

/** RFC 9113 §7. */
const ERROR_NAMES = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
] as const;

/** Those that may not be there over HTTP/1.1. */
const UNUSABLE: ReadonlySet<string> = new Set([
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'COMPRESSION_ERROR',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
]);

export function resetError(code: number): Http2Error {
  const name = ERROR_NAMES[code] ?? `error ${code}`;
  return new Http2Error(UNUSABLE.has(name) ? 'UNUSABLE' : 'RESET', name);
}
