/** What entries of downloads became in folders, for "update if newer". */
import type { KnownFile } from '../../common/model/download';
import type { FsPath } from '../../common/model/paths';
import { loosePath } from '../../files/folded-names';
import { prepareOnce, type Database } from './database';
import { toStored, type Stored } from './stored';

export interface NewlyKnown {
  /** Of all that an entry asks. */
  readonly key: string;
  readonly directory: FsPath;
  readonly file: KnownFile;
}

export class KnownFiles {
  readonly #prepare: Database['prepare'];

  constructor(database: Database) {
    this.#prepare = prepareOnce(database);
  }

  /** Part of the caller's transaction. */
  put({ key, directory, file }: NewlyKnown): void {
    this.#prepare(
      `INSERT OR REPLACE INTO known_files (key, directory, target, loose, source, etag, last_modified, size, mtime_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ).run(
      key,
      toStored(directory),
      toStored(file.target),
      loosePath(file.target),
      file.source,
      file.etag,
      file.lastModified,
      file.size,
      file.mtimeMs,
    );
  }

  /** What an entry became in a folder. */
  get(key: string, directory: FsPath): KnownFile | null {
    return (
      this.#prepare<[string, Stored | null], KnownFile>(
        `SELECT target, source, etag, last_modified AS lastModified, size, mtime_ms AS mtimeMs FROM known_files
           WHERE key = ? AND directory = ?`,
      ).get(key, toStored(directory)) ?? null
    );
  }

  /** Files of other entries whose paths may be this one, by {@link loosePath}. */
  ofOthers(target: FsPath, key: string): FsPath[] {
    return this.#prepare<[string, string], { target: Stored }>(
      'SELECT target FROM known_files WHERE loose = ? AND key <> ? ORDER BY target LIMIT 100',
    )
      .all(loosePath(target), key)
      .map((row) => row.target);
  }
}
