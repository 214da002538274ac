import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { jobRequestSchema, type JobRequest } from '../../common/model/job-request';
import { Vault } from '../store/vault';
import type { StoredJob } from '../store/job-repository';
import { prepareJob } from './create-job';
import { storedRequest } from './stored-request';

let folder: string;
let vault: Vault;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-stored-'));
  vault = new Vault(folder);
  mkdirSync(join(folder, 'from'));
  writeFileSync(join(folder, 'from', 'a'), 'a');
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function again(request: JobRequest): Promise<JobRequest> {
  const { spec, label, folder: target, mode, workers } = await prepareJob(request, folder, vault);
  return storedRequest({ spec, summary: { label, folder: target, mode, workers } } as StoredJob, vault);
}

const how = { mode: 'pool', workers: 3 } as const;

test('hashing and copying are asked for as they were, less the manifest', async () => {
  const hash = { kind: 'hash', ...how, paths: [join(folder, 'from')], algorithms: ['blake3'] } as const;
  const manifest = { path: join(folder, 'SUMS'), format: null };
  const parsed = jobRequestSchema.parse({ ...hash, manifest: null });
  expect(await again({ ...hash, paths: [...hash.paths], algorithms: ['blake3'], manifest })).toEqual(parsed);
  const copy = await again({
    kind: 'copy',
    ...how,
    sources: [join(folder, 'from')],
    destination: join(folder, 'to'),
    options: { existing: 'overwrite' },
  });
  expect(copy).toMatchObject({ sources: [join(folder, 'from')], destination: `${join(folder, 'to')}/` });
  expect(copy).toMatchObject({ options: { existing: 'overwrite', dryRun: false } });
});

test('a download is its lists again', async () => {
  const list = join(folder, 'list.txt');
  writeFileSync(list, 'http://127.0.0.1/2\n');
  const request = await again({
    kind: 'download',
    ...how,
    urls: ['http://127.0.0.1/1'],
    text: null,
    listFiles: [list],
    format: 'urls',
    directory: join(folder, 'into'),
    options: { userAgent: 'me' },
  });
  expect(request).toMatchObject({ options: { userAgent: 'me' } });
  expect(request).toMatchObject({ text: 'http://127.0.0.1/1\n\nhttp://127.0.0.1/2\n', format: 'urls' });
});

test('what is secret is not handed out', async () => {
  const secret = again({
    kind: 'download',
    ...how,
    urls: ['http://127.0.0.1/1'],
    text: null,
    listFiles: [],
    directory: folder,
    options: { bearer: 'token' },
  });
  await expect(secret).rejects.toMatchObject({ code: 'has-secrets' });
});
