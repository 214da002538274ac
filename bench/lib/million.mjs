// A data folder with an ended job of many files, as if they had been hashed: made by writing its rows, since hashing a
// million files takes minutes.
import Database from 'better-sqlite3';
import { join } from 'node:path';

/** Files of a photo collection: folders by year, names with numbers, a few that failed. */
function* rows(jobId, count) {
  let seed = 1;
  const random = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed / 2_147_483_648;
  };
  const startedAtMs = Date.UTC(2026, 0, 1);
  for (let ordinal = 0; ordinal < count; ordinal++) {
    const folder = Math.floor(ordinal / 1000);
    const name = `${['IMG', 'DSC', 'scan', 'Clip'][Math.floor(random() * 4)]}_${Math.floor(random() * 1e6)}.jpg`;
    const size = Math.floor(1000 * Math.exp(random() * 9));
    const failed = random() < 0.001;
    const at = startedAtMs + ordinal * 0.2 + random() * 3;
    const digest = Array.from({ length: 8 }, () =>
      Math.floor(random() * 2 ** 32)
        .toString(16)
        .padStart(8, '0'),
    ).join('');
    yield [
      jobId * 1e9 + ordinal,
      jobId,
      failed ? 'failed' : 'done',
      `/home/ada/pictures/${2000 + (folder % 26)}/event-${folder}/${name}`,
      name.length,
      size,
      failed ? 0 : size,
      failed ? null : JSON.stringify({ sha256: digest }),
      ordinal % 8,
      at,
      at + 0.05 + size / 1e6 + random(),
      failed
        ? JSON.stringify({ code: 'unreadable', message: 'It could not be read.', retryable: true })
        : null,
    ];
  }
}

/**
 * @param {string} dataDirectory in which Heddle has been started once
 * @returns {number} the job's id
 */
export function addEndedJob(dataDirectory, count) {
  const database = new Database(join(dataDirectory, 'heddle.db'));
  database.pragma('synchronous = OFF');
  const spec = database
    .prepare('SELECT spec FROM jobs WHERE kind = ? ORDER BY id DESC LIMIT 1')
    .pluck()
    .get('hash');
  const { lastInsertRowid } = database
    .prepare(
      `INSERT INTO jobs (kind, state, mode, workers, label, place, spec, token, planned, created_at, started_at,
         ended_at, elapsed_ms, next_ordinal, place_in_queue)
         VALUES ('hash', 'done', 'pool', 8, 'pictures', '/home/ada', ?, 'million', 1, ?, ?, ?, 200000, ?, 1000)`,
    )
    .run(spec, Date.now() - 300_000, Date.now() - 300_000, Date.now() - 100_000, count);
  const jobId = Number(lastInsertRowid);
  const add = database.prepare(
    `INSERT INTO tasks (id, job_id, phase, type, state, root, host, source, name, size, bytes, digests, attempts,
       worker, started_at, ended_at, error) VALUES (?, ?, 0, 'file', ?, 0, '', ?, ?, ?, ?, ?, 1, ?, ?, ?, ?)`,
  );
  database.transaction(() => {
    for (const row of rows(jobId, count)) add.run(...row);
    database
      .prepare(
        `UPDATE jobs SET done = (SELECT count(*) FROM tasks WHERE job_id = @jobId AND state = 'done'),
           failed = (SELECT count(*) FROM tasks WHERE job_id = @jobId AND state = 'failed'),
           bytes_done = (SELECT sum(bytes) FROM tasks WHERE job_id = @jobId),
           bytes_known = (SELECT sum(bytes) FROM tasks WHERE job_id = @jobId) WHERE id = @jobId`,
      )
      .run({ jobId });
  })();
  database.close();
  return jobId;
}
