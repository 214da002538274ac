/** Rules about which entries of a folder are taken, for files that a list names in any order: what `hash` would leave out. */
import { joinPath, type FsPath } from '../../common/model/paths';
import { WalkFilter, readGitIgnore } from '../../files/walk-filter';
import type { WalkRules } from '../../common/model/walk-rules';
import { native } from '../../files/entries';
import { byteString, fromByteString } from '../../files/byte-strings';
import { partsOf } from './listed-file';

/** Texts of `.gitignore` files that are kept, with those that are not there. */
const KEPT = 2000;

export class ListedFilter {
  readonly #root: FsPath;
  readonly #filter: WalkFilter;
  readonly #hasRules: boolean;
  readonly #gitignores = new Map<string, string | null>();
  /** The folders that the filter is in, the innermost last. */
  #entered: string[] = [];

  constructor(root: FsPath, rules: WalkRules) {
    this.#root = root;
    this.#filter = new WalkFilter(rules);
    this.#hasRules = rules.include.length > 0 || rules.exclude.length > 0 || rules.gitignore || !rules.hidden;
  }

  /** @param relative of a file, below the root */
  takes(relative: FsPath): boolean {
    if (!this.#hasRules) return true;
    const parts = partsOf(relative).map((part) => byteString(part));
    const name = parts.pop() ?? '';
    let prefix = '';
    this.#enter(0, prefix);
    for (const [depth, part] of parts.entries()) {
      if (!this.#filter.takes(prefix, `${part}/`)) return false;
      prefix += `${part}/`;
      this.#enter(depth + 1, prefix);
    }
    return this.#filter.takes(prefix, name);
  }

  /** @param bytes `null`: not known */
  takesSize(bytes: number | null): boolean {
    return bytes === null || this.#filter.takesSize(bytes);
  }

  #enter(depth: number, prefix: string): void {
    if (this.#entered[depth] === prefix) return;
    for (const left of this.#entered.splice(depth).reverse()) this.#filter.leave(left);
    this.#entered.push(prefix);
    this.#filter.enter(prefix, (name) => this.#read(prefix + name));
  }

  #read(path: string): string | null {
    let text = this.#gitignores.get(path);
    if (text === undefined) {
      if (this.#gitignores.size >= KEPT) this.#gitignores.clear();
      text = readGitIgnore(native(joinPath(this.#root, fromByteString(path))));
      this.#gitignores.set(path, text);
    }
    return text;
  }
}
