/** Jobs on the sample files, as pictures show them. */
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeLaterTree, makeSampleTree, makeTwins, spoilTree } from './sample-files.mjs';

export function jobMaker(app) {
  const job = (request) => app.request('jobs:create', { workers: null, mode: 'pool', ...request });
  const done = async (request) => {
    const made = await job(request);
    await app.ended(made);
    return made;
  };
  return { job, done };
}

/** Downloads of lists with names of their own, from the sample server. */
export function listDownloads(app, folder, server) {
  const { job } = jobMaker(app);
  const urls = (count, from) =>
    Array.from({ length: count }, (_, index) => `${server.url}/${server.name(from + index)}`);
  const download = async (label, list, extra = {}) => {
    const listFiles = [join(folder, label)];
    await writeFile(listFiles[0], list.join('\n'));
    const directory = join(folder, 'mirror', label.replace('.txt', ''));
    return job({ kind: 'download', urls: [], text: null, listFiles, directory, ...extra });
  };
  return { urls, download };
}

/** One of each kind that has ended, on files below `folder`. */
export async function makeFileJobs(app, folder) {
  const { done } = jobMaker(app);
  const files = join(folder, 'files');
  const later = join(folder, 'files in march');
  await makeSampleTree(files);
  await makeLaterTree(files, later);
  const manifest = { path: join(files, 'SHA256SUMS'), format: 'gnu' };
  const hashed = await done({ kind: 'hash', paths: [files], algorithms: ['sha256'], manifest });
  await spoilTree(files);
  const verified = await done({ kind: 'verify', manifest: manifest.path, root: null, strict: true });
  const compared = await done({ kind: 'verify', manifest: files, root: later });
  await makeTwins(files);
  const twins = await done({
    kind: 'hash',
    paths: [files],
    algorithms: ['blake3'],
    manifest: null,
    duplicates: true,
  });
  await mkdir(join(folder, 'backup'));
  await cp(later, join(folder, 'backup', 'files'), { recursive: true });
  const copy = { kind: 'copy', sources: [files], destination: join(folder, 'backup') };
  const dryRun = await done({ ...copy, options: { existing: 'overwrite', mirror: true, dryRun: true } });
  const asked = await done(copy);
  return { hashed, verified, compared, twins, dryRun, asked };
}
