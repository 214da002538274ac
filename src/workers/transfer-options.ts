/** What a transfer is given, and what comes of it. */
import type { PartialNote, PartialState } from '../common/model/download';
import type { Places } from '../common/threads/places';
import type { HasherFactory } from '../files/hashers';
import type { Growth, Line } from './connection-growth';
import type { Answer, ExchangeTimes, HttpClient, Request } from './http/client';
import type { PartialFile } from './partial-file';
import type { TaskContext } from './runtime';

/** Its conditions are those of the request for the whole. */
export type TransferRequest = Omit<Request, 'range' | 'ifRange'>;

export interface TransferOptions {
  readonly client: HttpClient;
  readonly file: PartialFile;
  readonly request: TransferRequest;
  readonly earlier: PartialState | null;
  readonly context: TaskContext;
  /** Tells the host what is on disk; after the flush of what it speaks of. */
  readonly note: (note: PartialNote) => void;
  /** For the digests of stretches; short downloads never ask for it. */
  readonly hasher: () => Promise<HasherFactory>;
  /** Connections for this file at most. */
  readonly segments: number;
  readonly places: Places;
  /** Decides how many of them; replaceable for tests. */
  readonly growth?: (first: Line) => Growth;
  readonly maxBytes: number | null;
  /** Called with the first good answer of a content, before its body: refuses, or says that the body is not wanted. */
  readonly accept: (answer: Answer) => boolean;
  /** @returns milliseconds to wait before the next bytes are taken */
  readonly throttle: (bytes: number) => number;
}

export interface Transferred {
  readonly status: number;
  /** Where it came from in the end. */
  readonly url: URL;
  /** See {@link Answer}. */
  readonly isUrlRaw: boolean;
  /** Those that are of use when the file is whole, as they came with the content's first answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** Nothing but the connection's end said that this is all. */
  readonly untilClose: boolean;
  /** No strong validator ties its parts together; what was compared was equal. */
  readonly compared: boolean;
  readonly bytes: number;
  /** Bytes of earlier attempts that were not fetched again. */
  readonly kept: number;
  readonly firstByteMs: number | null;
  /** Of the first answer that was of use; `null`: everything was there already. */
  readonly times: ExchangeTimes | null;
  /** All headers of that answer. */
  readonly answerHeaders: Answer['headers'];
}
