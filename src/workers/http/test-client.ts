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

export interface Got {
  readonly answer: Answer;
  readonly body: string;
}

export async function get(
  client: HttpClient,
  url: string,
  request: Partial<Request> = {},
  context = new FakeContext(),
): Promise<Got> {
  const chunks: Buffer[] = [];
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
        return null;
      },
    },
    context,
  );
  return { answer, body: Buffer.concat(chunks).toString() };
}

/** What a promise is rejected with; `null`: it is not. */
export const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => null,
    (error: unknown) => error,
  );
