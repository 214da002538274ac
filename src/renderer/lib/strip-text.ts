import type { WorkerFrame } from '../../common/model/frames';
import { visible } from '../../common/model/visible';

/** A strip in words: `W1: busy 94 %, now tiles/12/2138/1431.webp`. @param label `W1` */
export function describeStrip(label: string, frame: WorkerFrame | undefined): string {
  if (frame === undefined) return `${label}: the last 30 seconds of its work`;
  const busy = `${label}: busy ${Math.round(frame.busyShare * 100)} %`;
  const [first, ...others] = frame.running;
  if (first === undefined) return `${busy}, ${frame.alive ? 'idle' : 'ended'}`;
  return `${busy}, now ${visible(first.name)}${others.length === 0 ? '' : ` and ${others.length} more`}`;
}
