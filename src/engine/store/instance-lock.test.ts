import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRequire } from 'node:module';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { InstanceLock } from './instance-lock';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-lock-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Another process that holds the lock of this id as an instance does. */
async function hold(id: string): Promise<ChildProcess> {
  const script = join(folder, 'hold.cjs');
  const library = createRequire(import.meta.url).resolve('better-sqlite3');
  writeFileSync(
    script,
    `const lock = new (require(${JSON.stringify(library)}))(process.argv[2]);
     lock.exec('BEGIN EXCLUSIVE');
     process.send('held');
     process.on('message', () => lock.close());`,
  );
  const child = fork(script, [join(folder, 'instances', `${id}.lock`)]);
  await once(child, 'message');
  return child;
}

test('an instance is alive until it ends, however it ends', async () => {
  const lock = new InstanceLock(folder);
  const child = await hold('other');
  expect(lock.isAlive('other')).toBe(true);
  // A new start sweeps, and takes nothing from the living.
  const second = new InstanceLock(folder);
  expect(lock.isAlive('other')).toBe(true);
  expect(lock.isAlive(second.id)).toBe(true);

  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(lock.isAlive('other')).toBe(false);
  expect(existsSync(join(folder, 'instances/other.lock'))).toBe(false);
  second.release();
  expect(lock.isAlive(second.id)).toBe(false);
  lock.release();
  expect(readdirSync(join(folder, 'instances'))).toEqual([]);
});

test('what a process left that was killed is gone at the next start', async () => {
  new InstanceLock(folder).release();
  const child = await hold('other');
  child.kill('SIGKILL');
  await once(child, 'exit');
  const lock = new InstanceLock(folder);
  // SQLite may keep a journal beside the lock.
  expect(readdirSync(join(folder, 'instances')).filter((name) => !name.startsWith(lock.id))).toEqual([]);
  lock.release();
});

test('a lock that another process is looking at is passed over, and swept by whoever starts next', async () => {
  new InstanceLock(folder).release();
  const child = await hold('other');
  child.kill('SIGKILL');
  await once(child, 'exit');
  const held = new InstanceLock(folder, (path) => {
    throw Object.assign(new Error(path), { code: 'EBUSY' });
  });
  expect(held.isAlive('other')).toBe(false);
  held.release();
  expect(readdirSync(join(folder, 'instances'))).toEqual(
    expect.arrayContaining(['other.lock', `${held.id}.lock`]),
  );
  const next = new InstanceLock(folder);
  expect(readdirSync(join(folder, 'instances')).filter((name) => !name.startsWith(next.id))).toEqual([]);
  next.release();
});

test('one whose file somebody deleted is taken for dead no longer than until it looks', () => {
  const [lock, other] = [new InstanceLock(folder), new InstanceLock(folder)];
  rmSync(join(folder, 'instances', `${lock.id}.lock`));
  expect(other.isAlive(lock.id)).toBe(false);
  lock.keep();
  expect(other.isAlive(lock.id)).toBe(true);
  // A folder that is gone is not made again.
  rmSync(join(folder, 'instances'), { recursive: true });
  lock.keep();
  expect(existsSync(join(folder, 'instances'))).toBe(false);
  lock.release();
  other.release();
});
