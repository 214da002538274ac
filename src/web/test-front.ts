/** For tests: the front of a real engine, and requests to it as an attacker could write them. */
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { CLIENT_HEADER, WEB_PATHS } from '../common/web';
import { openWeb, type Web, type WebOptions } from './index';
import type { Engine } from '../engine';

export const CLIENT = 'a'.repeat(32);

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly ca?: Buffer;
}

/** The path goes out as it is written, unlike with fetch. */
export async function ask(url: string, path: string, { body, ...asked }: Asked = {}): Promise<Answer> {
  const { hostname, port, protocol } = new URL(url);
  const open = protocol === 'https:' ? httpsRequest : httpRequest;
  const request = open({ host: hostname, port, path, agent: false, ...asked });
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text: (await buffer(response)).toString('utf8'),
  };
}

export class TestFront {
  readonly web: Web;
  readonly links: readonly string[];
  /** Inside of which all may be used. */
  readonly root: string;

  static async open(engine: Engine, folder: string, options: Partial<WebOptions> = {}): Promise<TestFront> {
    const root = join(folder, 'root');
    const renderer = join(folder, 'out', 'renderer');
    mkdirSync(join(renderer, 'assets'), { recursive: true });
    mkdirSync(root, { recursive: true });
    for (const name of ['index', 'link', 'sign-in', 'signed-in'])
      writeFileSync(join(renderer, `${name}.html`), `<!doctype html>${name}`);
    writeFileSync(join(renderer, 'assets', 'app.js'), `'${'x'.repeat(5000)}'`);
    writeFileSync(join(renderer, 'licenses.json'), '[]');
    const links: string[] = [];
    const web = await openWeb({
      engine,
      dataDirectory: join(folder, 'data'),
      out: join(folder, 'out'),
      host: '127.0.0.1',
      port: 0,
      roots: [root],
      password: null,
      tls: null,
      publicUrl: null,
      onLink: (link) => links.push(link),
      ...options,
    });
    return new TestFront(web, links, root);
  }

  private constructor(web: Web, links: readonly string[], root: string) {
    this.web = web;
    this.links = links;
    this.root = root;
  }

  /** As this machine reaches it. */
  get #address(): string {
    return `http://127.0.0.1:${this.web.port}`;
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return ask(this.#address, path, { headers });
  }

  post(path: string, input: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return ask(this.#address, path, {
      method: 'POST',
      headers: { origin: this.web.url, 'content-type': 'application/json', ...headers },
      body: typeof input === 'string' || Buffer.isBuffer(input) ? input : JSON.stringify(input),
    });
  }

  /** By the newest link. @returns the `Cookie` header of a browser that is signed in */
  async signIn(): Promise<string> {
    const { searchParams } = new URL(this.links.at(-1) ?? '');
    const { headers } = await this.get(`/?token=${searchParams.get('token') ?? ''}`);
    return cookieIn(headers);
  }

  /** A request of the contract. */
  async call(cookie: string, name: string, input: unknown, client = CLIENT): Promise<unknown> {
    const answer = await this.post(`/${WEB_PATHS.request}${name}`, input, {
      cookie,
      [CLIENT_HEADER]: client,
    });
    if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
    return JSON.parse(answer.text);
  }
}

export function cookieIn(headers: IncomingHttpHeaders): string {
  return headers['set-cookie']?.[0]?.split(';', 1)[0] ?? '';
}

/** The events of a stream, as they come. */
export class EventReader {
  readonly #request;
  readonly events: { readonly name: string; readonly data: unknown }[] = [];
  #wake: () => void = () => undefined;

  constructor(url: string, cookie: string, client = CLIENT) {
    this.#request = httpRequest(`${url}/${WEB_PATHS.events}?client=${client}`, {
      headers: { cookie },
      agent: false,
    });
    this.#request.on('error', () => undefined);
    this.#request.on('response', (response) => {
      let rest = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        const parts = (rest + text).split('\n\n');
        rest = parts.pop() ?? '';
        for (const part of parts) {
          const [, name = '', data = 'null'] = /^(?:id: \d+\n)?event: (.*)\ndata: (.*)$/u.exec(part) ?? [];
          this.events.push({ name, data: JSON.parse(data) });
        }
        this.#wake();
      });
      response.on('error', () => undefined);
    });
    this.#request.end();
  }

  /** The first event of this name that is as wanted. */
  async next(name: string, isWanted: (data: never) => boolean = () => true): Promise<unknown> {
    for (;;) {
      const found = this.events.find((event) => event.name === name && isWanted(event.data as never));
      if (found !== undefined) return found.data;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  close(): void {
    this.#request.destroy();
  }
}
