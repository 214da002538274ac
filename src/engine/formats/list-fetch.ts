/** `fetch(…)` calls, as browsers copy them ("Copy as fetch", "Copy as fetch (Node.js)"): one or several. */
import type { DownloadEntry, ListedEntry } from '../../common/model/download';
import { fromCopiedRequest } from './copied-request';
import { Fault, fault, listed } from './entry';
import { JsLiterals, type JsValue } from './js-literals';
import { readWhole } from './text-lines';

/** They say nothing of what is fetched, or what only a browser can do. */
const IGNORED: ReadonlySet<string> = new Set([
  'mode',
  'credentials',
  'cache',
  'redirect',
  'referrerpolicy',
  'keepalive',
  'priority',
  'integrity',
]);

export async function* readFetch(
  texts: AsyncIterable<string>,
): AsyncGenerator<readonly ListedEntry[], void, undefined> {
  const { text, isCut } = await readWhole(texts);
  const script = new JsLiterals(text);
  const found: ListedEntry[] = [];
  for (let call = nextCall(script); call !== null; call = nextCall(script)) {
    found.push(call);
    if (found.length >= 100) yield found.splice(0);
  }
  if (isCut) {
    found.pop();
    found.push(fault(script.line, '', 'and those behind it are too much: give them in parts'));
  }
  if (found.length > 0) yield found;
}

/** @returns `null` at the end of the text */
function nextCall(script: JsLiterals): ListedEntry | null {
  script.skip(/(?:\s|;|\/\/[^\n]*(?:\n|$)|\/\*[^*]*(?:\*(?!\/)[^*]*)*\*\/)*/uy);
  if (script.isAtEnd) return null;
  const { line } = script;
  let address = '';
  try {
    if (
      !script.take(/(?:(?:const|let|var)\s+\w+\s*=\s*)?(?:await\s+)?(?:globalThis\.|window\.)?fetch\s*\(/uy)
    )
      throw new Fault('is no call of fetch');
    const url = script.value();
    if (typeof url !== 'string') throw new Fault('has no address');
    address = url;
    const options = script.take(/\s*,\s*(?=\{)/uy) ? script.value() : {};
    script.take(/\s*,/uy);
    if (!script.take(/\s*\)[ \t]*(?=[;\r\n]|$)/uy)) throw new Fault('has code that is not understood');
    return listed(line, address, () => fromCall(url, options));
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    // Whatever it was, the next call may be one.
    script.skipTo(/[\n;][ \t]*(?:await\s+)?fetch\s*\(/gu);
    return fault(line, address, error.message);
  }
}

/** @throws Fault */
function fromCall(url: string, options: JsValue): DownloadEntry {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new Fault('has options that are none');
  const headers: [string, string][] = [];
  let method: string | undefined;
  let body: string | null = null;
  for (const [name, value] of Object.entries(options)) {
    const lower = name.toLowerCase();
    if (IGNORED.has(lower) || value === null) continue;
    if (lower === 'headers') headers.push(...headersOf(value));
    else if (typeof value !== 'string')
      throw new Fault(`has ${lower === 'body' ? 'a body' : 'an option'} that is no text`);
    else if (lower === 'method') method = value;
    else if (lower === 'body') body = value;
    else if (lower === 'referrer') {
      if (/^https?:/iu.test(value)) headers.push(['Referer', value]);
    } else throw new Fault('has an option that is not known here');
  }
  const contentType = 'text/plain;charset=UTF-8';
  return fromCopiedRequest({ url, headers, ...(method === undefined ? {} : { method }), body, contentType });
}

/** @throws Fault */
function headersOf(value: JsValue): [string, string][] {
  const pairs = Array.isArray(value) ? value : Object.entries(value ?? {});
  return pairs.map((pair) => {
    const [name, content] = Array.isArray(pair) ? (pair as readonly JsValue[]) : [];
    if (typeof name !== 'string' || typeof content !== 'string') throw new Fault('has an invalid header');
    return [name, content];
  });
}
