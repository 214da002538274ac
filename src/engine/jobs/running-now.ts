/** What a worker runs at this moment, with the names that its job has for it. */
import type { Packet } from '../../common/model/packet';
import type { PacketHandle, RunningReading, WorkerReading } from '../pool';

export interface WorkerNow {
  readonly worker: number;
  readonly alive: boolean;
  readonly lanes: number;
  readonly running: readonly RunningNow[];
}

/** A task that runs at this moment. */
export interface RunningNow extends RunningReading {
  readonly id: number;
  readonly name: string;
}

/** @param packets of the job, by what they were submitted as */
export function runningNow(
  { worker, alive, lanes, running }: WorkerReading,
  packets: ReadonlyMap<PacketHandle, Packet>,
): WorkerNow {
  return {
    worker,
    alive,
    lanes,
    running: running.flatMap((reading) => {
      const packet = packets.get(reading.handle);
      const id = packet?.ids[reading.task];
      return id === undefined ? [] : [{ ...reading, id, name: packet?.names[reading.task] ?? '' }];
    }),
  };
}
