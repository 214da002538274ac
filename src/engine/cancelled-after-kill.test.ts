/** A file that has its name, and whose process was killed before it could record it: the job is cancelled, then retried. */
import { linkSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { beforeEach, expect, test } from 'vitest';
import type { JobRequest } from '../common/model/job-request';
import type { JobSummary } from '../common/model/jobs';
import { taskId } from '../common/model/packet';
import { engine, folder, leftovers, useEngine } from './testing/test-engine';

useEngine('cancelled');

let source: string;
let target: string;
beforeEach(() => {
  source = join(folder, 'from');
  target = join(folder, 'to');
  mkdirSync(source);
  mkdirSync(target);
});

/** Makes the job, and what its killed process would have left of its first file: two names of it, and no row. */
async function leave(request: JobRequest, name: string, content: string): Promise<number> {
  const { id } = await engine.createJob(request, { start: false });
  const database = new SqliteDatabase(join(folder, 'data/heddle.db'), { readonly: true });
  const work = database.prepare<[], string>('SELECT path FROM work_directories').pluck().get() ?? '';
  database.close();
  mkdirSync(work);
  writeFileSync(join(work, String(taskId(id, 0))), content);
  linkSync(join(work, String(taskId(id, 0))), join(target, name));
  writeFileSync(join(work, '77'), 'half a file');
  return id;
}

async function retry(id: number): Promise<JobSummary> {
  const ended = engine.ended(id);
  await engine.retry(id);
  return ended;
}

test.each(['number', 'skip', 'overwrite'] as const)('a download, existing files: %s', async (existing) => {
  let asked = 0;
  const server = createServer((_request, response) => {
    asked += 1;
    response.end('content');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  try {
    const id = await leave(
      {
        kind: 'download',
        mode: 'pool',
        workers: 2,
        urls: [`http://127.0.0.1:${(server.address() as AddressInfo).port}/file`],
        text: '',
        listFiles: [],
        directory: target,
        options: { existing },
      },
      'file',
      'content',
    );
    await engine.cancel(id);
    expect(leftovers(folder).filter((path) => path.endsWith('/77'))).toEqual([]);
    expect(await retry(id)).toMatchObject({ state: 'done', counts: { done: 1, skipped: 0 } });
    expect(readdirSync(target)).toEqual(['file']);
    expect(asked).toBe(0);
  } finally {
    server.close();
  }
});

test.each(['number', 'skip'] as const)('a copy, existing files: %s', async (existing) => {
  writeFileSync(join(source, 'file'), 'content');
  const request = {
    kind: 'copy' as const,
    mode: 'pool' as const,
    workers: 2,
    sources: [source],
    layout: 'contents' as const,
    destination: target,
    options: { existing },
  } satisfies JobRequest;
  const id = await leave(request, 'file', 'content');
  await engine.cancel(id);
  expect(await retry(id)).toMatchObject({ state: 'done', counts: { failed: 0, skipped: 0 } });
  expect(readdirSync(target)).toEqual(['file']);
  expect(readFileSync(join(target, 'file'), 'utf8')).toBe('content');
});

test('the job is removed: its second link goes, the file stays', async () => {
  writeFileSync(join(source, 'file'), 'content');
  const id = await leave(
    { kind: 'copy', mode: 'pool', workers: 2, sources: [source], layout: 'contents', destination: target },
    'file',
    'content',
  );
  await engine.cancel(id);
  expect(leftovers(folder)).not.toEqual([]);
  await engine.remove(id);
  expect(leftovers(folder)).toEqual([]);
  expect(readdirSync(target)).toEqual(['file']);
});
