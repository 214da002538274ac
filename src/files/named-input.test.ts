import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { contentOf } from './named-input';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-named-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function makePipe(): string {
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  return path;
}

test('a file, a folder, nothing', async () => {
  writeFileSync(join(folder, 'a'), 'content');
  expect(await text(contentOf(join(folder, 'a')))).toBe('content');
  expect(await text(contentOf(devNull))).toBe('');
  await expect(text(contentOf(folder))).rejects.toMatchObject({ code: 'EISDIR' });
  await expect(text(contentOf(join(folder, 'b')))).rejects.toMatchObject({ code: 'ENOENT' });
});

test.runIf(process.platform === 'linux')('what never ends, or cannot be read, is told', async () => {
  await expect(text(contentOf('/dev/zero'))).rejects.toThrow('/dev/zero is a device.');
  const path = join(folder, 'socket');
  const server = createServer().listen(path);
  await once(server, 'listening');
  await expect(text(contentOf(path))).rejects.toThrow(`${path} is a socket.`);
  server.close();
});

test.skipIf(process.platform === 'win32')(
  'a pipe is read to its end, however late its writer comes',
  async () => {
    const path = makePipe();
    const read = text(contentOf(path));
    // Opened when the other end is.
    const writer = await open(path, 'w');
    await writer.write('one ');
    await writer.write('two');
    await writer.close();
    expect(await read).toBe('one two');
  },
);

test.skipIf(process.platform === 'win32')('a pipe to which nobody writes is told', async () => {
  const path = makePipe();
  await expect(text(contentOf(path, null, 1))).rejects.toThrow(`${path} is a pipe, and nobody writes to it.`);
});

test.skipIf(process.platform === 'win32').each(['before', 'after'] as const)(
  'the wait for whoever writes can be ended %s they have begun',
  async (when) => {
    const path = makePipe();
    const stop = new AbortController();
    const content = contentOf(path, stop.signal);
    const next = content.next();
    const writer = when === 'after' ? await open(path, 'w') : null;
    await writer?.write('begun');
    const rest = writer === null ? next : next.then(() => content.next());
    const ended = expect(rest).rejects.toThrow('stopped');
    if (writer !== null) await next;
    stop.abort(new Error('stopped'));
    await ended;
    await writer?.close();
  },
);
