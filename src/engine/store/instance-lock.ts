/**
 * Who is alive. Each process that may own jobs holds an exclusive SQLite lock
 * on a small file of its own for as long as it lives; the system lets go of it
 * when the process ends, however it ends. Another process that gets the lock
 * knows that the owner is dead. (Process ids are used again; locks are not.)
 */
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { makeFolders } from '../../files/entries';
import { isInTheWay } from '../../files/patience';

/** In a data folder. */
export const INSTANCES = 'instances';
const ENDING = '.lock';
const MAX_TRIES = 100;

export class InstanceLock {
  readonly id = randomUUID();
  /** Whether a process before this one was killed, and nobody has opened the data folder since. */
  readonly followsKilled: boolean;
  readonly #folder: string;
  #lock: SqliteDatabase.Database;
  readonly #remove: (path: string) => void;

  /** @param remove a file that may not be there; replaceable for tests */
  constructor(dataDirectory: string, remove: (path: string) => void = removeFile) {
    this.#remove = remove;
    this.#folder = join(dataDirectory, INSTANCES);
    makeFolders(this.#folder);
    this.#lock = this.#take();
    this.followsKilled = this.#sweep();
  }

  #take(): SqliteDatabase.Database {
    const path = this.#path(this.id);
    for (let tries = 1; ; tries++) {
      const lock = new SqliteDatabase(path);
      try {
        lock.exec('BEGIN EXCLUSIVE');
        // Another process's sweep may have come between these two lines and taken the file away.
        if (existsSync(path)) return lock;
      } catch (error) {
        // SQLite notices that in the middle of it, too.
        if (tries >= MAX_TRIES || existsSync(path)) {
          lock.close();
          throw error;
        }
      }
      lock.close();
    }
  }

  /** What processes left that died. @returns whether there was any */
  #sweep(): boolean {
    if (!existsSync(this.#folder)) return false;
    const ids = readdirSync(this.#folder)
      .filter((name) => name.endsWith(ENDING))
      .map((name) => name.slice(0, -ENDING.length));
    return ids.filter((id) => existsSync(this.#path(id)) && !this.isAlive(id)).length > 0;
  }

  /** A dead one's file is taken away. */
  isAlive(id: string): boolean {
    if (id === this.id) return true;
    const path = this.#path(id);
    if (!existsSync(path)) return false;
    let probe: SqliteDatabase.Database | null = null;
    try {
      probe = new SqliteDatabase(path, { timeout: 0 });
      probe.exec('BEGIN EXCLUSIVE');
    } catch {
      return true;
    } finally {
      probe?.close();
    }
    for (const file of [path, `${path}-journal`]) this.#removeUnlessHeld(file);
    return false;
  }

  /** Where somebody has deleted the file, others would take this process for dead, and go on with its jobs. */
  keep(): void {
    if (!this.#lock.open || existsSync(this.#path(this.id)) || !existsSync(this.#folder)) return;
    const lock = this.#take();
    this.#lock.close();
    this.#lock = lock;
  }

  release(): void {
    if (!this.#lock.open) return;
    // Whoever closes the database after them folds in what they had written: nothing of it can be missing later.
    this.#sweep();
    this.#lock.close();
    this.#removeUnlessHeld(this.#path(this.id));
  }

  /** On Windows it cannot be while another process looks at it, who then does, or whoever starts next. */
  #removeUnlessHeld(path: string): void {
    try {
      this.#remove(path);
    } catch (error) {
      if (!isInTheWay(error)) throw error;
    }
  }

  #path(id: string): string {
    return join(this.#folder, id + ENDING);
  }
}

function removeFile(path: string): void {
  rmSync(path, { force: true });
}
