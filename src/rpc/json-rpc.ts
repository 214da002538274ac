/** JSON-RPC 2.0 as aria2 speaks it: one request, or several in a list; each names a method and has the secret in front. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { toErrorData } from '../common/model/errors';
import { SMALL_BYTES } from './intake';
import { NOTIFICATIONS, type Method } from './methods';
import { Params } from './params';
import { RpcError, Unauthorized } from './rpc-error';

export interface Answer {
  /** JSON; a list answers a list. */
  readonly text: string;
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
/** Of what a list of calls is answered with. */
const MOST_ANSWER_CHARACTERS = 32 * 1_048_576;
/** More wrong secrets in one request are somebody who tries them all. */
const MOST_TRIES = 10;
const TOKEN = 'token:';
/** After so long others have their turn. */
const TURN_MS = 10;

/** What one request may still cost. */
interface Budget {
  tries: number;
  characters: number;
}

export class JsonRpc {
  readonly #methods: ReadonlyMap<string, Method>;
  readonly #secret: Buffer;
  readonly #work: RequestWork;
  #turnBegan = performance.now();
  /** Large requests take much memory and come one after the other. */
  #lastLarge: Promise<unknown> = Promise.resolve();

  constructor(methods: ReadonlyMap<string, Method>, secret: string, work: RequestWork) {
    this.#methods = methods;
    this.#secret = digest(secret);
    this.#work = work;
  }

  /** @param text JSON */
  async answer(text: string): Promise<Answer> {
    if (text.length <= SMALL_BYTES) return this.answerTo(parsed(text));
    // Whoever has no secret cannot have it read, which takes twenty times its size.
    if (!tokensIn(text).some((token) => this.#isSecret(token)))
      return alone(failed(null, new Unauthorized()), true);
    const answer = this.#lastLarge.then(() => this.answerTo(parsed(text)));
    this.#lastLarge = answer.catch(() => undefined);
    return answer;
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
    const budget: Budget = { tries: MOST_TRIES, characters: MOST_ANSWER_CHARACTERS };
    if (!Array.isArray(request)) {
      const response = await this.#one(request as Readonly<Record<string, unknown>>, budget);
      return alone(response, budget.tries < MOST_TRIES);
    }
    const responses: string[] = [];
    for (const each of (request as unknown[]).slice(0, MOST_CALLS))
      if (isObject(each)) responses.push(JSON.stringify(await this.#one(each, budget)));
    return {
      text: `[${responses.join(',')}]`,
      code: 0,
      isUnauthorized: budget.tries < MOST_TRIES,
    };
  }

  async #one(request: Readonly<Record<string, unknown>>, budget: Budget): Promise<Response> {
    const { id, method, params = [] } = request;
    try {
      if (id === undefined || !isWritable(id)) return failed(null, new RpcError('Invalid Request.', -32_600));
      if (typeof method !== 'string') throw new RpcError('Invalid Request.', -32_600);
      if (!Array.isArray(params)) throw new RpcError('Invalid params.', -32_602);
      const result = await this.#call(method, params as unknown[], budget, false);
      // Nothing is answered that is not stored.
      await this.#work.store();
      return { id, jsonrpc: '2.0', result };
    } catch (error) {
      return failed(id, error);
    }
  }

  /** @throws RpcError */
  async #call(name: string, given: readonly unknown[], budget: Budget, isNested: boolean): Promise<unknown> {
    await this.#giveTurn();
    if (name === 'system.multicall' && !isNested) return this.#multicall(given, budget);
    if (budget.characters <= 0) throw new RpcError('The answer is too large. Ask for less at once.');
    const result = await this.#resultOf(name, given, budget);
    budget.characters -= JSON.stringify(result).length;
    return result;
  }

  /** @throws RpcError */
  #resultOf(name: string, given: readonly unknown[], budget: Budget): unknown {
    // They say nothing of anything.
    if (name === 'system.listMethods') return [...this.#methods.keys(), ...SYSTEM_METHODS];
    if (name === 'system.listNotifications') return NOTIFICATIONS;
    const [first] = given;
    const hasToken = typeof first === 'string' && first.startsWith(TOKEN);
    if (budget.tries <= 0 || !this.#isSecret(hasToken ? first.slice(TOKEN.length) : '')) {
      budget.tries -= 1;
      throw new Unauthorized();
    }
    const method = this.#methods.get(name);
    if (method === undefined) throw new RpcError(`No such method: ${name}`);
    return method(new Params(hasToken ? given.slice(1) : given));
  }

  #isSecret(given: string): boolean {
    return timingSafeEqual(digest(given), this.#secret);
  }

  /** Results are in lists of one, errors are not (aria2c(1), "system.multicall"). */
  async #multicall(given: readonly unknown[], budget: Budget): Promise<unknown[]> {
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
          await this.#call(methodName, Array.isArray(params) ? (params as unknown[]) : [], budget, true),
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

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The first secrets in a text that is JSON, without reading all of it. */
function tokensIn(text: string): string[] {
  const found: string[] = [];
  for (const [literal] of text.matchAll(/"token:(?:[^"\\]|\\.){0,4096}"/gu)) {
    found.push(String(parsed(literal)).slice(TOKEN.length));
    if (found.length === MOST_TRIES) break;
  }
  return found;
}

/** Ten thousand lists in each other can be read, but not be written again. */
function isWritable(value: unknown): boolean {
  try {
    JSON.stringify(value);
    return true;
  } catch {
    return false;
  }
}

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

function alone(response: Response, isUnauthorized = false): Answer {
  return {
    text: JSON.stringify(response),
    code: 'error' in response ? response.error.code : 0,
    isUnauthorized,
  };
}
