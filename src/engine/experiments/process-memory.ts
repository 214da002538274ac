/** The most memory that this process has had since it was asked to count anew. */
import { readFileSync, writeFileSync } from 'node:fs';

export class PeakMemory {
  /** Whether the system counts for us; otherwise samples have to do. */
  readonly isExact: boolean;
  #most: number;

  /** Counts anew. */
  constructor() {
    this.isExact = forgetPeak();
    this.#most = process.memoryUsage.rss();
  }

  /** Where the system does not count: call it now and then. */
  sample(): void {
    if (!this.isExact) this.#most = Math.max(this.#most, process.memoryUsage.rss());
  }

  get bytes(): number {
    return (this.isExact ? readPeak() : null) ?? Math.max(this.#most, process.memoryUsage.rss());
  }
}

/** proc(5): 5 written to clear_refs sets the high-water mark of resident memory to what it is now. */
function forgetPeak(): boolean {
  if (process.platform !== 'linux') return false;
  try {
    writeFileSync('/proc/self/clear_refs', '5');
    return readPeak() !== null;
  } catch {
    return false;
  }
}

function readPeak(): number | null {
  const kilobytes = /^VmHWM:\s*(\d+) kB$/mu.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) * 1024;
}
