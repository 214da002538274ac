/** Which files of a job have a digest; read in slices, so that nobody's turn takes long. */
import type { DigestMatches } from '../../common/ipc';
import type { TaskStore } from '../store/task-store';

const SLICE = 5000;
const MOST_SHOWN = 20;

/** @param digest lower-case hexadecimal @param total tasks of the job */
export async function findDigest(
  { keys, rows }: TaskStore,
  jobId: number,
  digest: string,
  total: number,
): Promise<DigestMatches> {
  const places: number[] = [];
  for (let from = 0; from < total; from += SLICE) {
    places.push(...keys.withDigest(jobId, digest, from, SLICE));
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { total: places.length, rows: rows.byOrdinals(jobId, places.slice(0, MOST_SHOWN)) };
}
