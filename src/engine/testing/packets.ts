/** Packets as planners make them, for tests without planners. */
import { openPacket, planChunk, type Packet, type PlannedTask } from '../../common/model/packet';

export function plannedUrl(name: string, host = 'a.example', more: Partial<PlannedTask> = {}): PlannedTask {
  return {
    phase: 0,
    type: 'url',
    root: 0,
    host,
    source: `http://${host}/${name}`,
    target: null,
    name,
    size: null,
    settled: null,
    ...more,
  };
}

/** Queued tasks of one host, with ids that count on. */
export function packetOf(host: string, firstId: number, count: number): Packet {
  const tasks = Array.from({ length: count }, (_, index) => plannedUrl(`${firstId + index}`, host));
  const [packet] = planChunk(tasks, '').packets;
  if (packet === undefined) throw new RangeError('a packet has a task at least');
  return openPacket(packet.columns, firstId, packet);
}
