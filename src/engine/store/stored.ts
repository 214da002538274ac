/** How tasks are stored: paths as text or bytes, ids that say the job. */
import { ordinalOfTask, taskId, valueAt, type Packet } from '../../common/model/packet';
import { displayPath, type FsPath } from '../../common/model/paths';
import type { TaskRow } from '../../common/model/tasks';

/** TEXT, or a BLOB where bytes are not UTF-8, or sealed. */
export type Stored = string | Buffer;

export function toStored(value: string | Uint8Array | null): Stored | null {
  return value === null || typeof value === 'string' ? value : Buffer.from(value);
}

/** Of a row; a name that is the end of its source is stored as its length. */
export function nameOf({
  name,
  source,
}: {
  readonly name: string | number;
  readonly source: FsPath;
}): string {
  if (typeof name === 'string') return name;
  return typeof source === 'string' ? source.slice(source.length - name) : '';
}

/** Ids of a job's tasks: from the first up to the second, without it. */
export function idsOf(jobId: number): readonly [first: number, end: number] {
  return [taskId(jobId, 0), taskId(jobId + 1, 0)];
}

/** Tasks of a packet that wait, as rows. */
export function queuedRows(packet: Packet): TaskRow[] {
  return packet.ids.map((id, index) => {
    const target = valueAt(packet.targets, index);
    return {
      id,
      ordinal: ordinalOfTask(id),
      state: 'queued',
      type: valueAt(packet.types, index),
      source: displayPath(packet.sources[index] ?? ''),
      target: target === null ? null : displayPath(target),
      name: packet.names[index] ?? '',
      size: valueAt(packet.sizes, index),
      bytes: 0,
      digests: null,
      finding: null,
      facts: null,
      copied: null,
      attempts: 0,
      worker: null,
      startedAtMs: null,
      endedAtMs: null,
      error: null,
      notBeforeMs: null,
    };
  });
}
