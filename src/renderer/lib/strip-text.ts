import type { WorkerFrame } from '../../common/model/frames';
import { visible } from '../../common/model/visible';
import { text } from '../../common/text/text';

/** A strip in words: `W1: busy 94 %, now tiles/12/2138/1431.webp`. @param worker `W1` */
export function describeStrip(worker: string, frame: WorkerFrame | undefined): string {
  if (frame === undefined) return text('strip.label', { worker });
  const share = `${Math.round(frame.busyShare * 100)} %`;
  const [first, ...others] = frame.running;
  if (first === undefined) return text(frame.alive ? 'strip.idle' : 'strip.ended', { worker, share });
  const task = visible(first.name);
  return others.length === 0
    ? text('strip.now', { worker, share, task })
    : text('strip.now-more', { worker, share, task, count: others.length });
}
