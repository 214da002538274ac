/** For tests: the client as downloads have it, and what comes back. */
import { openHttpClient } from '../http';
import { FakeContext } from '../test-context';
import type { Answer, HttpClient, HttpOptions, Request } from './client';
import { USUAL_TRUST } from './trust';

export function openTestClient(options: Partial<HttpOptions> = {}): Promise<HttpClient> {
  return openHttpClient({
    connectMs: 5000,
    headersMs: 5000,
    stallMs: 5000,
    userAgent: null,
    loginFor: () => null,
    cookieFile: null,
    cookieLog: null,
    proxy: null,
    ...USUAL_TRUST,
    ...options,
  });
}

export interface Received {
  readonly answer: Answer;
  readonly body: Buffer;
}

/** @param pause is awaited after each chunk */
export async function receive(
  client: HttpClient,
  url: string,
  options: {
    readonly request?: Partial<Request>;
    readonly context?: FakeContext;
    readonly pause?: () => Promise<void>;
  } = {},
): Promise<Received> {
  const { request, pause, context = new FakeContext() } = options;
  const chunks: Buffer[] = [];
  let bytes = 0;
  const answer = await client.send(
    {
      url: new URL(url),
      method: 'GET',
      headers: {},
      login: null,
      range: null,
      ifRange: null,
      conditions: {},
      body: null,
      ...request,
    },
    {
      begin: () => true,
      write: (chunk) => {
        chunks.push(Buffer.from(chunk));
        bytes += chunk.length;
        context.setBytesDone(bytes);
        return pause?.() ?? null;
      },
    },
    context,
  );
  return { answer, body: Buffer.concat(chunks) };
}

export interface Got {
  readonly answer: Answer;
  readonly body: string;
}

/** {@link receive}, with the body as text. */
export async function get(
  client: HttpClient,
  url: string,
  request: Partial<Request> = {},
  context = new FakeContext(),
): Promise<Got> {
  const { answer, body } = await receive(client, url, { request, context });
  return { answer, body: body.toString() };
}

/** What a promise is rejected with; `null`: it is not. */
export const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => null,
    (error: unknown) => error,
  );
