/** Which files, and which parts of files, a process would not fetch again were it killed now. */
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';

export interface Stretch {
  readonly start: number;
  readonly end: number;
}
/** By the file's path: whole, or stretches that are proved good. */
export type KnownFiles = ReadonlyMap<string, 'whole' | readonly Stretch[]>;

/** What is stored of the downloads. @param data the folder of a process that may be running */
export function knownFiles(data: string): KnownFiles {
  const database = new Database(join(data, 'heddle.db'), { readonly: true });
  const files = new Map<string, 'whole' | readonly Stretch[]>();
  try {
    const pathOf = (url: string): string => new URL(url).pathname;
    const done = database.prepare<[], { source: string }>("SELECT source FROM tasks WHERE state = 'done'");
    for (const { source } of done.iterate()) files.set(pathOf(source), 'whole');
    const stretches = database.prepare<[], { url: string } & Stretch>(
      'SELECT url, start, "end" FROM partials JOIN partial_extents USING (task_id)',
    );
    for (const { url, start, end } of stretches.iterate()) {
      const known = files.get(pathOf(url)) ?? [];
      if (known !== 'whole') files.set(pathOf(url), [...known, { start, end }]);
    }
  } finally {
    database.close();
  }
  return files;
}

/** Of a process that was killed: from a copy, so that the next process finds the database as it is. */
export function knownWhenKilled(data: string, copy: string): KnownFiles {
  mkdirSync(copy, { recursive: true });
  for (const name of ['heddle.db', 'heddle.db-wal']) {
    if (existsSync(join(data, name))) copyFileSync(join(data, name), join(copy, name));
    else writeFileSync(join(copy, name), '');
  }
  return knownFiles(copy);
}
