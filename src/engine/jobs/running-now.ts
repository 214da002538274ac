/** The tasks that threads have in hand, by their ids and names. */
import type { Packet } from '../../common/model/packet';
import type { PacketHandle, RunningReading, WorkerReading } from '../pool';

/** A task that runs at this moment. */
export interface RunningNow extends RunningReading {
  readonly id: number;
  readonly name: string;
}

export interface WorkerNow {
  readonly worker: number;
  readonly alive: boolean;
  readonly lanes: number;
  readonly running: readonly RunningNow[];
}

/** @param packets those that were handed over and have not ended */
export function runningNow(
  readings: readonly WorkerReading[],
  packets: ReadonlyMap<PacketHandle, Packet>,
): WorkerNow[] {
  return readings.map(({ worker, alive, lanes, running }) => ({
    worker,
    alive,
    lanes,
    running: running.flatMap((reading) => {
      const packet = packets.get(reading.handle);
      const id = packet?.ids[reading.task];
      return id === undefined ? [] : [{ ...reading, id, name: packet?.names[reading.task] ?? '' }];
    }),
  }));
}
