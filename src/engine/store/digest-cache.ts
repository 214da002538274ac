/** Digests of files that have not changed since they were read. */
import type { Digests } from '../../common/model/digests';
import type { FileIdentity } from '../../common/model/tasks';
import { prepareOnce, type Database } from './database';

/** Rows of what was mounted before the system's last start that are removed in one go. */
const PRUNED_AT_ONCE = 200;

export class DigestCache {
  readonly #prepare: Database['prepare'];
  #isPruned = false;

  constructor(database: Database) {
    this.#prepare = prepareOnce(database);
  }

  get isEmpty(): boolean {
    return this.#prepare<[]>('SELECT 1 FROM digest_cache LIMIT 1').get() === undefined;
  }

  /** Part of the caller's transaction. */
  put(identity: FileIdentity, digests: Digests): void {
    const key = keyOf(identity);
    if (key === null) return;
    this.#prune(key);
    const put = this.#prepare(
      'INSERT OR REPLACE INTO digest_cache (file, algorithm, version, digest) VALUES (?, ?, ?, ?)',
    );
    for (const [name, digest] of Object.entries(digests)) put.run(key, name, identity.version, digest);
  }

  /** What is known of files that are still the same, of those of which every digest is. */
  known(
    identities: readonly FileIdentity[],
    algorithms: readonly string[],
  ): ReadonlyMap<FileIdentity, Digests> {
    const keys = identities.flatMap((identity) => keyOf(identity) ?? []);
    const byFile = new Map<string, Record<string, { readonly version: string; readonly digest: string }>>();
    const rows = this.#prepare<
      [string],
      { file: string; algorithm: string; version: string; digest: string }
    >(
      `SELECT file, algorithm, version, digest FROM digest_cache
         WHERE file IN (SELECT value FROM json_each(?))`,
    ).all(JSON.stringify(keys));
    for (const { file, algorithm, version, digest } of rows) {
      const digests = byFile.get(file) ?? {};
      digests[algorithm] = { version, digest };
      byFile.set(file, digests);
    }
    const known = new Map<FileIdentity, Digests>();
    for (const identity of identities) {
      const digests = byFile.get(keyOf(identity) ?? '');
      const found = algorithms.flatMap((algorithm) => {
        const stored = digests?.[algorithm];
        return stored?.version === identity.version ? [[algorithm, stored.digest]] : [];
      });
      if (found.length === algorithms.length) known.set(identity, Object.fromEntries(found) as Digests);
    }
    return known;
  }

  /** What was mounted before the system started is mounted no more. */
  #prune(key: string): void {
    if (this.#isPruned) return;
    const start = key.slice(0, key.indexOf('.') + 1);
    const { changes } = this.#prepare(
      `DELETE FROM digest_cache WHERE (file, algorithm) IN (
         SELECT file, algorithm FROM digest_cache WHERE file < ? OR file >= ? LIMIT ?)`,
    ).run(start, `${start}\uffff`, PRUNED_AT_ONCE);
    this.#isPruned = changes === 0;
  }
}

/** Begins with the system's start. `null`: nothing is remembered of such a file. */
function keyOf({ mount, file }: FileIdentity): string | null {
  return mount === null ? null : `${mount} ${file}`;
}
