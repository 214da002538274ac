/** JSON-RPC 2.0 as aria2 speaks it: one request, or several in a list; each names a method and has the secret in front. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { toErrorData } from '../common/model/errors';
import { NOTIFICATIONS, type Method } from './methods';
import { Params } from './params';
import { RpcError, Unauthorized } from './rpc-error';

export interface Answer {
  /** A list answers a list. */
  readonly body: object;
  /** Of a lone request; 0: it was done. */
  readonly code: number;
  /** Somebody did not have the secret. */
  readonly isUnauthorized: boolean;
}

/** What there is to do around the calls of one request. */
export interface RequestWork {
  /** @returns what ends it: what was asked together begins together */
  begin(): () => void;
  store(): Promise<void>;
}

type Response =
  | { readonly id: unknown; readonly jsonrpc: '2.0'; readonly result: unknown }
  | {
      readonly id: unknown;
      readonly jsonrpc: '2.0';
      readonly error: { readonly code: number; readonly message: string };
    };

/** More in one list would hold up everybody else. */
const MOST_CALLS = 100_000;
/** After so long others have their turn. */
const TURN_MS = 10;

export class JsonRpc {
  readonly #methods: ReadonlyMap<string, Method>;
  readonly #secret: Buffer;
  readonly #work: RequestWork;
  #turnBegan = performance.now();

  constructor(methods: ReadonlyMap<string, Method>, secret: string, work: RequestWork) {
    this.#methods = methods;
    this.#secret = digest(secret);
    this.#work = work;
  }

  /** @param text JSON */
  async answer(text: string): Promise<Answer> {
    let request: unknown;
    try {
      request = JSON.parse(text);
    } catch {
      request = undefined;
    }
    return this.answerTo(request);
  }

  async answerTo(request: unknown): Promise<Answer> {
    if (request === undefined || typeof request === 'number')
      return alone(failed(null, new RpcError('Parse error.', -32_700)));
    if (typeof request !== 'object' || request === null)
      return alone(failed(null, new RpcError('Invalid Request.', -32_600)));
    const end = this.#work.begin();
    try {
      return await this.#all(request);
    } finally {
      end();
    }
  }

  async #all(request: object): Promise<Answer> {
    if (!Array.isArray(request)) return alone(await this.#one(request as Readonly<Record<string, unknown>>));
    const responses: Response[] = [];
    for (const each of (request as unknown[]).slice(0, MOST_CALLS))
      if (isObject(each)) responses.push(await this.#one(each));
    return {
      body: responses,
      code: 0,
      isUnauthorized: responses.some((each) => 'error' in each && each.error.message === 'Unauthorized'),
    };
  }

  async #one(request: Readonly<Record<string, unknown>>): Promise<Response> {
    const { id, method, params = [] } = request;
    try {
      if (id === undefined) return failed(null, new RpcError('Invalid Request.', -32_600));
      if (typeof method !== 'string') throw new RpcError('Invalid Request.', -32_600);
      if (!Array.isArray(params)) throw new RpcError('Invalid params.', -32_602);
      const result = await this.#call(method, params as unknown[], false);
      // Nothing is answered that is not stored.
      await this.#work.store();
      return { id, jsonrpc: '2.0', result };
    } catch (error) {
      return failed(id, error);
    }
  }

  /** @throws RpcError */
  async #call(name: string, given: readonly unknown[], isNested: boolean): Promise<unknown> {
    await this.#giveTurn();
    // They say nothing of anything.
    if (name === 'system.listMethods') return [...this.#methods.keys(), ...SYSTEM_METHODS];
    if (name === 'system.listNotifications') return NOTIFICATIONS;
    if (name === 'system.multicall' && !isNested) return this.#multicall(given);
    const [first] = given;
    const hasToken = typeof first === 'string' && first.startsWith('token:');
    if (!timingSafeEqual(digest(hasToken ? first.slice('token:'.length) : ''), this.#secret))
      throw new Unauthorized();
    const method = this.#methods.get(name);
    if (method === undefined) throw new RpcError(`No such method: ${name}`);
    return method(new Params(hasToken ? given.slice(1) : given));
  }

  /** Results are in lists of one, errors are not (aria2c(1), "system.multicall"). */
  async #multicall(given: readonly unknown[]): Promise<unknown[]> {
    const calls = new Params(given).required(0, 'list');
    const results: unknown[] = [];
    for (const call of calls.slice(0, MOST_CALLS)) {
      if (!isObject(call)) {
        results.push({ code: 1, message: 'system.multicall expected struct.' });
        continue;
      }
      const { methodName, params = [] } = call;
      try {
        if (typeof methodName !== 'string') throw new RpcError('Missing methodName.');
        if (methodName === 'system.multicall') throw new RpcError('Recursive system.multicall forbidden.');
        results.push([
          await this.#call(methodName, Array.isArray(params) ? (params as unknown[]) : [], true),
        ]);
      } catch (error) {
        results.push(errorOf(error));
      }
    }
    return results;
  }

  /** Ten thousand calls at once must not keep the window from its frames. */
  async #giveTurn(): Promise<void> {
    if (performance.now() - this.#turnBegan < TURN_MS) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.#turnBegan = performance.now();
  }
}

const SYSTEM_METHODS = ['system.multicall', 'system.listMethods', 'system.listNotifications'];

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function errorOf(error: unknown): { code: number; message: string } {
  return error instanceof RpcError
    ? { code: error.code, message: error.message }
    : { code: 1, message: toErrorData(error).message };
}

function failed(id: unknown, error: unknown): Response {
  return { id: id ?? null, jsonrpc: '2.0', error: errorOf(error) };
}

function alone(body: Response): Answer {
  const error = 'error' in body ? body.error : null;
  return { body, code: error?.code ?? 0, isUnauthorized: error?.message === 'Unauthorized' };
}
