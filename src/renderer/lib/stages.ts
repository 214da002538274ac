/** How far a copy is, in three stages. Pure. */
import type { RunningTask } from '../../common/model/frames';

/** Shares of the file, each 0 to 1; what is on the device was written, and what was written was read. */
export interface Stages {
  readonly read: number;
  readonly written: number;
  readonly device: number;
}

/** `null` for what has no stages, or whose size is not known. */
export function stagesOf({ bytesRead, bytesWritten, bytesDone, bytesTotal }: RunningTask): Stages | null {
  if (bytesRead === null || bytesWritten === null || bytesTotal === null) return null;
  const share = (bytes: number): number =>
    bytesTotal === 0 ? 0 : Math.min(1, Math.max(0, bytes / bytesTotal));
  const device = share(bytesDone);
  const written = Math.max(device, share(bytesWritten));
  return { device, written, read: Math.max(written, share(bytesRead)) };
}
