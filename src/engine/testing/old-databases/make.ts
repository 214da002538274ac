/** Jobs of every kind in every state, as this version leaves them. Run by scripts/make-old-databases.mjs. */
import { execFileSync } from 'node:child_process';
import {
  linkSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { plainEntry } from '../../../common/model/download';
import type { ExperimentRequest } from '../../../common/experiments/experiment';
import type { JobRequest } from '../../../common/model/job-request';
import { MIGRATIONS } from '../../store/migrations';
import { pack } from './archive';
import { Making } from './making';
import { ENTRY_KEY, JOB_KEY } from './server';

type Of<Kind extends JobRequest['kind']> = Extract<JobRequest, { kind: Kind }>;
/** One after another: what a file that hangs holds up is what comes behind it. */
const SYNC = { mode: 'sequential', workers: 1 } as const;
const POOL = { mode: 'pool', workers: 2 } as const;
/** Of the tables that are asked here by their names. */
const LAYOUT = 11;
const HALF = 500;
const MIB = 1024 * 1024;

export async function makeOldDatabases(): Promise<void> {
  if (MIGRATIONS.length !== LAYOUT)
    throw new Error(`This makes databases of layout ${LAYOUT}: run it in a checkout of that version.`);
  const folder = fileURLToPath(new URL(`../fixtures/v${LAYOUT}`, import.meta.url));
  mkdirSync(folder, { recursive: true });
  await make(join(folder, 'jobs.tar.br'), async (making) => {
    await downloads(making);
    await hashes(making);
    await duplicates(making);
    await verifications(making);
    await copies(making);
    await runningAtOnce(making);
  });
  await make(join(folder, 'experiments.tar.br'), experiments);
  await make(join(folder, 'large-copy.tar.br'), largeCopy);
}

async function make(path: string, fill: (making: Making) => Promise<void>): Promise<void> {
  const making = new Making();
  try {
    await making.open();
    await fill(making);
    await making.kill();
    const urls = ['/plain/newer-1', '/plain/newer-2'].map((name) => making.url(name));
    const hashed = urls.flatMap((url) => [url, JSON.stringify(plainEntry(url))]);
    pack(path, { root: making.root, host: making.host, jobs: making.jobs }, hashed);
  } finally {
    await making.close();
  }
}

async function experiments(making: Making): Promise<void> {
  for (const name of ['one', 'two', 'three']) making.put(`experiment/${name}`);
  const request: ExperimentRequest = {
    work: { type: 'job', request: hash(making, 'experiment') },
    contenders: [
      { mode: 'sequential', size: 1 },
      { mode: 'pool', size: 2 },
    ],
    repeats: 2,
  };
  const { id } = await making.startExperiment(request);
  await making.until('the experiment is done', async () => (await making.experiment(id)).state === 'done');
  await making.startExperiment({ ...request, repeats: 50 });
  await making.until('it has runs', () => making.value('SELECT count(*) FROM experiment_runs') > 6);
}

function download(making: Making, what: string, paths: readonly string[]): Of<'download'> {
  return {
    kind: 'download',
    ...SYNC,
    urls: paths.map((path) => making.url(path)),
    text: null,
    listFiles: [],
    directory: making.path(`downloads/${what}`),
    options: { segments: 1 },
  };
}

async function downloads(making: Making): Promise<void> {
  const { server } = making;
  await making.run('fetched', {
    ...download(making, 'fetched', ['/plain/a', '/flaky/b', '/missing/c', '/plain/d']),
    text: 'no url at all',
    options: { digests: ['sha256'] },
  });

  const secret = (name: string): string =>
    `${making.url(`/secret/${name}`)}\n  header=X-Entry-Key: ${ENTRY_KEY}\n`;
  making.put('secrets.aria2', ['a', 'b', 'long', 'c', 'd'].map(secret).join(''));
  const secrets = await making.start(
    'secrets',
    {
      ...download(making, 'secrets', []),
      listFiles: [making.path('secrets.aria2')],
      format: 'aria2',
      options: { segments: 1, headers: [['X-Job-Key', JOB_KEY]], digests: ['sha256'] },
    },
    making.path('secrets.sums'),
  );
  await partIsKnown(making, secrets);
  await making.call('pause', secrets);
  await making.reaches(secrets, 'paused');

  // Tried again in ten years, and in a second, which will have gone by.
  for (const [what, path] of [
    ['waiting', '/later/a'],
    ['waited', '/busy/a'],
  ] as const) {
    const id = await making.start(what, download(making, what, ['/plain/a', path]));
    const waits = 'SELECT count(*) FROM tasks WHERE job_id = ? AND not_before IS NOT NULL';
    await making.until('a retry waits', () => making.value(waits, id) === 1);
    await making.call('pause', id);
    await making.reaches(id, 'paused');
  }

  await making.add('not-started', download(making, 'not-started', ['/plain/a', '/plain/b', '/plain/c']));

  const cancelled = await making.start(
    'cancelled',
    download(making, 'cancelled', ['/plain/a', '/held/cancelled', '/plain/c']),
  );
  await making.until('one is done', () => making.settled(cancelled) === 1);
  await server.asked('/held/cancelled');
  await making.call('cancel', cancelled);
  await making.reaches(cancelled, 'cancelled');

  await making.run('newer', {
    ...download(making, 'newer', ['/plain/newer-1', '/plain/newer-2']),
    options: { existing: 'newer' },
  });

  // One has its name, and nobody has written that down.
  const named = await making.start(
    'named',
    download(making, 'named', ['/plain/a', '/held/named-1', '/held/named-2', '/plain/d']),
  );
  await server.asked('/held/named-1');
  making.lockOnce('SELECT done FROM jobs WHERE id = ?', named);
  server.release('/held/named-1');
  await server.asked('/held/named-2');
  await making.kill();

  const half = Array.from({ length: HALF }, (_, index) => making.url(`/held/half-${index}`));
  await making.killHalfPlanned(
    await making.start('half-downloaded', {
      ...download(making, 'half', []),
      ...POOL,
      text: half.join('\n'),
    }),
  );
}

/** A file that is half there, flushed and told. */
function partIsKnown(making: Making, id: number): Promise<void> {
  return making.until(
    'a part is known',
    () =>
      making.value(
        'SELECT count(*) FROM partial_extents JOIN partials USING (task_id) WHERE job_id = ?',
        id,
      ) > 0,
  );
}

/** Files before and behind one that hangs: each is large enough to be answered by itself. */
function putAround(making: Making, folder: string, size = 70_000): void {
  const around = ['1', '3'].flatMap((part) =>
    Array.from({ length: 20 }, (_, index) => `${part}/file-${index}`),
  );
  for (const name of [...around, '2/stuck'])
    making.put(
      `${folder}/${name}`,
      Buffer.alloc(size, `${folder.replace(/-(?:left|right)$/u, '')} ${name}\n`),
    );
}

async function killStuck(making: Making, id: number): Promise<void> {
  await making.until(
    `job ${id} hangs`,
    () => making.settled(id) > 0 && making.value('SELECT planned FROM jobs WHERE id = ?', id) === 1,
  );
  await making.until('all that can settle has', async () => {
    const before = making.settled(id);
    await delay(400);
    return making.settled(id) === before;
  });
  await making.kill();
  const left = making.value('SELECT queued FROM jobs WHERE id = ?', id);
  process.stdout.write(`job ${id}: ${making.settled(id)} settled, ${left} left\n`);
}

function hash(making: Making, folder: string): Of<'hash'> {
  return {
    kind: 'hash',
    ...SYNC,
    paths: [making.path(folder)],
    algorithms: ['sha256', 'blake3'],
    manifest: null,
  };
}

async function hashes(making: Making): Promise<void> {
  for (const name of ['a', 'sub/b', 'sub/empty'])
    making.put(`hashed/${name}`, name === 'sub/empty' ? '' : name);
  writeFileSync(Buffer.from(`${making.path('hashed')}/sub/\u00fe`, 'latin1'), 'bytes');
  symlinkSync('a', making.path('hashed/link'));
  // Digests of what has changed just now are not remembered.
  execFileSync('sync');
  await delay(3500);
  await making.run('hashed', {
    ...hash(making, 'hashed'),
    manifest: { path: making.path('hashed.json'), format: 'json' },
  });

  putAround(making, 'hash-killed');
  await killStuck(
    making,
    await making.start('hash-killed', {
      ...hash(making, 'hash-killed'),
      algorithms: ['sha256'],
      manifest: { path: making.path('hash-killed.sums'), format: 'gnu' },
    }),
  );

  // A file goes, and somebody takes the manifest's name.
  for (const name of ['a', 'b/stuck', 'c/gone']) making.put(`hash-failed/${name}`);
  const failed = await making.start('hash-failed', {
    ...hash(making, 'hash-failed'),
    manifest: { path: making.path('hash-failed.json'), format: 'json' },
  });
  await making.until('it runs', () => making.value('SELECT planned FROM jobs WHERE id = ?', failed) === 1);
  making.put('hash-failed.json', 'mine');
  rmSync(making.path('hash-failed/c/gone'));
  making.put('hash-failed/b/go');
  await making.reaches(failed, 'failed');
  rmSync(making.path('hash-failed/b/go'));

  for (let index = 0; index < HALF; index++) making.put(`hash-half/${index}`, String(index));
  await making.killHalfPlanned(
    await making.start('hash-half', { ...hash(making, 'hash-half'), algorithms: ['crc32'] }),
  );
}

async function duplicates(making: Making): Promise<void> {
  const request = (folder: string): JobRequest => ({ ...hash(making, folder), duplicates: true });
  const fill = (folder: string): void => {
    for (const name of ['one', 'two', 'sub/three'])
      making.put(`${folder}/${name}`, Buffer.alloc(100_000, 'same'));
    for (const name of ['small', 'also-small']) making.put(`${folder}/${name}`, 'small');
    linkSync(making.path(`${folder}/one`), making.path(`${folder}/sub/link`));
    // The beginning is the same, the end is not.
    making.put(`${folder}/other`, Buffer.concat([Buffer.alloc(99_999, 'same'), Buffer.from('x')]));
    making.put(`${folder}/alone`, 'alone with its size');
    // Of the size of the large ones, but with another beginning.
    making.put(`${folder}/stuck`, Buffer.alloc(100_000, 'different'));
    making.put(`${folder}/sub/stuck`, Buffer.alloc(100_000, 'same'));
  };
  fill('duplicates');
  for (const go of ['duplicates/go', 'duplicates/sub/go']) making.put(go, go);
  await making.run('duplicates', { ...request('duplicates'), rules: { exclude: ['go'] } } as JobRequest);

  fill('duplicates-heads');
  const heads = await making.start('duplicates-heads', request('duplicates-heads'));
  await making.until(
    'it reads beginnings',
    () =>
      making.value(
        'SELECT count(*) FROM tasks WHERE job_id = ? AND (phase = 1 OR digests IS NOT NULL)',
        heads,
      ) > 0,
  );
  await making.kill();

  fill('duplicates-whole');
  for (const go of ['', 'sub/']) making.put(`duplicates-whole/${go}go`, `${go}go`);
  const whole = await making.start('duplicates-whole', {
    ...request('duplicates-whole'),
    rules: { exclude: ['go'] },
  } as JobRequest);
  const hasRead =
    "SELECT NOT EXISTS (SELECT 1 FROM tasks WHERE job_id = jobs.id AND type = 'head' AND phase = 0)";
  making.lockOnce(`${hasRead} AND planned FROM jobs WHERE id = ?`, whole);
  rmSync(making.path('duplicates-whole/sub/go'));
  making.unlock();
  await making.until(
    'whole files are read',
    () =>
      making.value("SELECT count(*) FROM tasks WHERE job_id = ? AND phase = 1 AND state = 'done'", whole) > 0,
  );
  await making.kill();
  if (making.value('SELECT queued FROM jobs WHERE id = ?', whole) === 0)
    throw new Error('The duplicates were found too fast: run it again.');
  for (const go of ['duplicates/go', 'duplicates/sub/go', 'duplicates-whole/go']) rmSync(making.path(go));
}

async function verifications(making: Making): Promise<void> {
  const sum = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex');
  const verify = (folder: string): Of<'verify'> => ({
    kind: 'verify',
    ...SYNC,
    manifest: making.path(`${folder}.sums`),
    root: making.path(folder),
    strict: true,
  });
  making.put('verified/right', 'right');
  making.put('verified/changed', 'changed');
  making.put('verified/extra', 'not listed');
  making.put(
    'verified.sums',
    ['right', 'changed', 'missing']
      .map((name) => `${sum(name === 'changed' ? 'as it was' : name)}  ${name}\n`)
      .join(''),
  );
  await making.run('verified', verify('verified'));

  putAround(making, 'verify-killed');
  making.put('verify-killed/3/extra', 'not listed');
  const names = ['1', '2', '3'].flatMap((part) =>
    readdirSync(making.path(`verify-killed/${part}`))
      .map((name) => `${part}/${name}`)
      .filter((name) => name !== '3/extra'),
  );
  const lines = names.map((name) => {
    const content = Buffer.alloc(70_000, `verify-killed ${name}\n`);
    return `${sum(name === '3/file-9' ? 'as it was' : content)}  ${name}\n`;
  });
  making.put('verify-killed.sums', [...lines, `${sum('gone')}  3/gone\n`].join(''));
  await killStuck(making, await making.start('verify-killed', verify('verify-killed')));

  const compare = (folder: string): JobRequest => ({
    kind: 'verify',
    ...SYNC,
    manifest: making.path(`${folder}-left`),
    root: making.path(`${folder}-right`),
  });
  const differ = (folder: string): void => {
    making.put(`${folder}-left/1/different`, 'left!');
    making.put(`${folder}-right/1/different`, 'right');
    making.put(`${folder}-left/3/different`, 'left!');
    making.put(`${folder}-right/3/different`, 'right');
    making.put(`${folder}-left/3/left`, 'only on the left');
    making.put(`${folder}-right/3/right`, 'only on the right side');
    making.put(`${folder}-left/3/was-here`, 'this one was moved to another place');
    making.put(`${folder}-right/4/is-here`, 'this one was moved to another place');
  };
  making.put('folders-left/1/same', 'same');
  making.put('folders-right/1/same', 'same');
  differ('folders');
  await making.run('folders', compare('folders'));

  putAround(making, 'folders-killed-left');
  putAround(making, 'folders-killed-right');
  differ('folders-killed');
  await killStuck(making, await making.start('folders-killed', compare('folders-killed')));
}

async function copies(making: Making): Promise<void> {
  const copy = (folder: string): Of<'copy'> => ({
    kind: 'copy',
    ...SYNC,
    sources: [making.path(folder)],
    destination: making.path(`${folder}-copy`),
    layout: 'exact',
  });
  const fill = (folder: string): void => {
    making.put(`${folder}/a`, 'a');
    making.put(`${folder}/sub/b`, 'b');
    making.put(`${folder}/taken`, 'the source');
    linkSync(making.path(`${folder}/a`), making.path(`${folder}/sub/link-of-a`));
    symlinkSync('a', making.path(`${folder}/symlink`));
    making.put(`${folder}-copy/taken`, 'of the target');
    making.put(`${folder}-copy/extra`, 'not at the source');
    utimesSync(making.path(`${folder}/sub`), 1e9, 1e9);
  };
  fill('copied');
  await making.run('copied', {
    ...copy('copied'),
    manifest: { path: making.path('copied.sums'), format: 'gnu' },
  });

  fill('dry');
  await making.run('dry', { ...copy('dry'), options: { dryRun: true, existing: 'overwrite', mirror: true } });

  // A mirror with files that have their names and are not written down.
  putAround(making, 'mirrored');
  making.put('mirrored/1/stuck', 'mirrored 1/stuck');
  fill('mirrored');
  making.put('mirrored-copy/gone/extra', 'not at the source');
  linkSync(making.path('mirrored/1/file-0'), making.path('mirrored/3/link-of-file-0'));
  const mirrored = await making.start('mirrored', {
    ...copy('mirrored'),
    options: { existing: 'overwrite', mirror: true },
    rules: { exclude: ['go'] },
  });
  making.lockOnce('SELECT planned AND done FROM jobs WHERE id = ?', mirrored);
  const before = making.settled(mirrored);
  making.put('mirrored/1/go');
  const named = (): number =>
    ['1', '2', '3', 'sub', '.'].reduce((sum, part) => {
      try {
        return (
          sum +
          readdirSync(making.path(`mirrored-copy/${part}`), { withFileTypes: true }).filter((entry) =>
            entry.isFile(),
          ).length
        );
      } catch {
        return sum;
      }
    }, 0);
  await making.until('more have their names', () => named() > before + 2);
  await making.kill();
  rmSync(making.path('mirrored/1/go'));
  process.stdout.write(`job ${mirrored}: ${before} settled, ${named()} with names\n`);

  // The last file is another name of the first, which was planned by another process.
  for (let index = 0; index < HALF; index++) making.put(`copy-half/${index}`, String(index));
  linkSync(making.path('copy-half/0'), making.path('copy-half/zz'));
  await making.killHalfPlanned(
    await making.start('copy-half', { ...copy('copy-half'), ...POOL, options: { sync: false } }),
  );
}

/** Four jobs, in every mode, and one that waits for its turn; none of them is told that its process is gone. */
async function runningAtOnce(making: Making): Promise<void> {
  for (const mode of ['sequential', 'event-loop', 'thread-per-task', 'pool'] as const) {
    const what = `running-${mode}`;
    const paths = [`/plain/a`, `/held/${mode}`, '/plain/c'];
    const id = await making.start(what, { ...download(making, what, paths), mode });
    await making.server.asked(`/held/${mode}`);
    await making.until('one is done', () => making.settled(id) > 0);
  }
  making.put('turn/a', 'a');
  const id = await making.start('queued', { ...hash(making, 'turn'), mode: 'pool', workers: null });
  await making.reaches(id, 'queued');
  await making.kill();
}

async function largeCopy(making: Making): Promise<void> {
  making.put('large/file', Buffer.alloc(140 * MIB, 'large '));
  const id = await making.start('large-copy', {
    kind: 'copy',
    ...SYNC,
    sources: [making.path('large/file')],
    destination: making.path('large-copy'),
    layout: 'exact',
  });
  await partIsKnown(making, id);
  await making.kill();
  // As after a power cut: what was not flushed is gone.
  const [work = ''] = readdirSync(making.root).filter((name) => /^\.heddle-work-[^-]+$/u.test(name));
  truncateSync(making.path(`${work}/1`), 64 * MIB + 1000);
}
