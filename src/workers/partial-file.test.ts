import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PartialFile } from './partial-file';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-partial-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('a flush that failed is not forgotten, although the next one succeeds', async () => {
  const path = join(folder, 'partial');
  const file = new PartialFile({
    path,
    workDirectory: folder,
    subject: '/target',
    exclusive: false,
    durable: true,
  });
  const { fd } = file;
  await file.writer(0).write(Buffer.from('lost'));
  await file.handOver();
  // For as long as its descriptor is closed the system refuses to flush it, as it does once where a disk failed.
  closeSync(fd);
  await expect(file.flushData()).rejects.toThrow('/target');
  expect(openSync(path, 'r+')).toBe(fd);
  await expect((async () => file.finish(4))()).rejects.toThrow('/target');
  file.close();
});
