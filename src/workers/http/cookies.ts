/** The cookies of a job as one thread has them. What reads them is loaded when there is one: most downloads have none. */
import { SharedLog } from '../../common/threads/shared-log';
import type { Jar } from './jar';

export class Cookies {
  readonly #log: SharedLog | null;
  readonly #file: string | null;
  #jar: Jar | null = null;
  #loading: Promise<void> | null = null;
  /** What came before it could be read. */
  #unread: { readonly url: URL; readonly lines: readonly string[]; readonly names: Set<string> }[] = [];

  /**
   * @param file in Netscape's format, one character a byte; `null`: there is none
   * @param log what the threads of the job have in common; `null`: this one is alone
   */
  constructor(file: string | null, log: SharedArrayBuffer | null) {
    this.#file = file;
    this.#log = log === null ? null : new SharedLog(log);
  }

  /** To be waited for before {@link headerFor}; `null`: nothing. */
  get loading(): Promise<void> | null {
    if (this.#jar !== null) return null;
    if (this.#file !== null || this.#log?.hasNews === true) this.#loading ??= this.#load();
    return this.#loading;
  }

  /**
   * What an answer sets.
   * @param names gets those of cookies that it set, changed or removed
   */
  take(url: URL, field: string | readonly string[], names: Set<string>): void {
    const lines = typeof field === 'string' ? [field] : field;
    if (this.#jar === null) {
      this.#unread.push({ url, lines, names });
      this.#loading ??= this.#load();
      return;
    }
    for (const name of this.#jar.take(url, lines)) names.add(name);
  }

  /**
   * The value of Cookie for an address. What the user says comes before what a server set, but for cookies that were set
   * on the way of this very request.
   * @param given what the user says
   * @param fresh names that were set on the way; `null`: none
   */
  headerFor(url: URL, given: string | null, fresh: ReadonlySet<string> | null): string | null {
    const kept = this.#jar?.cookiesFor(url) ?? [];
    if (kept.length === 0) return given;
    const isKept = new Set(kept.map(({ key }) => key));
    const own = (given ?? '').split(';').flatMap((pair) => {
      const text = pair.trim();
      const name = nameOf(text);
      return text === '' || (fresh?.has(name) === true && isKept.has(name)) ? [] : [text];
    });
    const isOwn = new Set(own.map(nameOf));
    const others = kept.filter(({ key }) => !isOwn.has(key)).map((cookie) => cookie.cookieString());
    return [...others, ...own].join('; ');
  }

  async #load(): Promise<void> {
    const { Jar } = await import('./jar');
    this.#jar = new Jar(this.#log, this.#file);
    for (const { url, lines, names } of this.#unread.splice(0)) this.take(url, lines, names);
  }
}

function nameOf(pair: string): string {
  const [name = ''] = pair.split('=', 1);
  return name.trim();
}
