/**
 * Which entries of a folder a job takes: globs in the syntax of gitignore(5), `.gitignore` files on the way, dot files,
 * sizes. Paths are byte strings, one character for each byte, as in `workers/walk.ts`.
 */
import { readFileSync } from 'node:fs';
import { escapedPath, pathFromBytes } from '../common/model/paths';
import type { WalkRules } from '../common/model/walk-rules';
import { IgnoreRules } from './ignore-rules';

const MAX_GITIGNORE_BYTES = 1024 * 1024;

/** What the `.gitignore` files of the folders that the walk is in say, the innermost last. */
interface GitIgnore {
  readonly prefix: string;
  readonly patterns: IgnoreRules;
}

export class WalkFilter {
  readonly #rules: WalkRules;
  readonly #include: IgnoreRules | null;
  readonly #exclude: IgnoreRules | null;
  readonly #gitignores: GitIgnore[] = [];

  constructor(rules: WalkRules) {
    this.#rules = rules;
    this.#include = rules.include.length === 0 ? null : new IgnoreRules(rules.include);
    this.#exclude = rules.exclude.length === 0 ? null : new IgnoreRules(rules.exclude);
  }

  /**
   * The walk goes into a folder.
   * @param read reads a file of the folder; `null` where there is none
   */
  enter(prefix: string, read: (name: string) => string | null): void {
    if (!this.#rules.gitignore) return;
    const text = read('.gitignore');
    if (text !== null) this.#gitignores.push({ prefix, patterns: new IgnoreRules(text.split(/\r?\n/u)) });
  }

  leave(prefix: string): void {
    if (this.#gitignores.at(-1)?.prefix === prefix) this.#gitignores.pop();
  }

  /** @param key of an entry of the folder `prefix`: its name, of a folder with `/` behind */
  takes(prefix: string, key: string): boolean {
    const isFolder = key.endsWith('/');
    if (!this.#rules.hidden && key.startsWith('.')) return false;
    if (this.#exclude === null && this.#include === null && !this.#rules.gitignore) return true;
    const path = readable(prefix + key);
    if (this.#exclude?.test(path).ignored === true) return false;
    if (!isFolder && this.#include?.test(path).ignored === false) return false;
    return !this.#rules.gitignore || !this.#isGitIgnored(prefix + key);
  }

  takesSize(bytes: number): boolean {
    const { minSize, maxSize } = this.#rules;
    return (minSize === null || bytes >= minSize) && (maxSize === null || bytes <= maxSize);
  }

  #isGitIgnored(path: string): boolean {
    // Git never lists its own folder.
    if (path === '.git/' || path.endsWith('/.git/')) return true;
    for (const { prefix, patterns } of this.#gitignores.toReversed()) {
      const { ignored, unignored } = patterns.test(readable(path.slice(prefix.length)));
      if (ignored) return true;
      if (unignored) return false;
    }
    return false;
  }
}

/** How a mirror walks its target: never through links, nor onto other file systems. */
export function rulesAtTarget(rules: WalkRules): WalkRules {
  return { ...rules, links: rules.links === 'follow' ? 'link' : rules.links, oneFileSystem: true };
}

/** The text of a `.gitignore`, as bytes are everywhere here; `null` where there is none that can be read. */
export function readGitIgnore(path: string | Buffer): string | null {
  try {
    const bytes = readFileSync(path);
    return bytes.length > MAX_GITIGNORE_BYTES ? null : bytes.toString('utf8');
  } catch {
    return null;
  }
}

/** As it is written in a pattern. */
function readable(bytes: string): string {
  // eslint-disable-next-line no-control-regex -- every ASCII character, control characters too
  if (/^[\u0000-\u007f]*$/u.test(bytes)) return bytes;
  return escapedPath(pathFromBytes(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0))));
}
