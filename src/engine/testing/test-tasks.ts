/** A database with the stores of jobs and tasks, one for all tests of a file. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { openDatabase, type Database } from '../store/database';
import { JobRepository } from '../store/job-repository';
import { TaskStore } from '../store/task-store';

export let folder: string;
export let tasks: TaskStore;
export let jobs: JobRepository;

/** Called once by a file of tests, before hooks of its own. @param name told by the name of the folder */
export function useTasks(name: string): void {
  let database: Database;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), `heddle-${name}-`));
    database = openDatabase(folder);
    database.pragma('synchronous = OFF');
    tasks = new TaskStore(database);
    jobs = new JobRepository(database, () => false);
  });
  afterAll(() => {
    database.close();
    rmSync(folder, { recursive: true });
  });
}
