/** Links of pages and documents as entries: those that lead to files, and a word on the others. */
import { plainEntry, type ListedEntry } from '../../common/model/download';
import { fault, isHttpUrl } from './entry';
import { MAX_URL_CHARACTERS } from './list-urls';
import type { Remark } from './remark';

export class Links {
  /** What the document says of its own place. */
  base: URL | null = null;
  /** Where the document was saved from. */
  saved: URL | null = null;
  /** Where the first relative link is that cannot be made whole. */
  #relativeLine: number | null = null;
  #relative = 0;
  /** `mailto:` and the like. */
  #others = 0;

  /** @returns `null` for what leads to no file */
  read(line: number, written: string | null): ListedEntry | null {
    const link = (written ?? '').trim();
    // Places in the document itself.
    if (link === '' || link.startsWith('#')) return null;
    if (link.length > MAX_URL_CHARACTERS) return fault(line, '', 'is longer than any address');
    if (!/^https?:/iu.test(link) && /^[a-z][a-z0-9+.-]*:/iu.test(link)) {
      this.#others += 1;
      return null;
    }
    // Spaces may stand in links, which browsers escape.
    const spaced = withoutFragment(link).replaceAll(' ', '%20');
    if (isHttpUrl(spaced)) return { line, entry: plainEntry(spaced) };
    const base = this.base ?? this.saved;
    if (/^https?:/iu.test(link)) return fault(line, link, 'is not an HTTP or HTTPS address');
    if (base === null) {
      this.#relative += 1;
      this.#relativeLine ??= line;
      return null;
    }
    const whole = URL.canParse(spaced, base.href) ? new URL(spaced, base).href : '';
    return isHttpUrl(whole)
      ? { line, entry: plainEntry(whole) }
      : fault(line, '', 'is not an HTTP or HTTPS address');
  }

  /** What is to be said of the links as a whole. */
  end(remark: Remark): ListedEntry[] {
    if (this.#others > 0)
      remark(
        1,
        `${counted(this.#others, 'link leads', 'links lead')} elsewhere than to HTTP (mail, scripts) and ${this.#others === 1 ? 'was' : 'were'} left out.`,
      );
    if (this.#relativeLine === null) return [];
    const what = counted(this.#relative, 'link', 'links');
    return [
      fault(
        this.#relativeLine,
        '',
        `is the first of ${what} that are relative to the address of the page, which is not known`,
      ),
    ];
  }
}

function counted(count: number, one: string, several: string): string {
  return `${count} ${count === 1 ? one : several}`;
}

function withoutFragment(link: string): string {
  const hash = link.indexOf('#');
  return hash < 0 ? link : link.slice(0, hash);
}
