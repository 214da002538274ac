/** What the threads of a server do in the experiment that runs: the last 30 seconds, gathered from frames. */
import type { ExperimentFrame } from '../../common/experiments/experiment';
import type { WorkerFrame } from '../../common/model/frames';
import { StripHistory } from './strip-history';

export class LiveServing {
  /** Drawn by canvases, outside React. */
  readonly strips = new StripHistory();
  #experimentId: number | null = null;
  #threads: readonly WorkerFrame[] = [];

  take({ id, serving }: ExperimentFrame): void {
    if (this.#experimentId !== id) {
      this.#clear();
      this.#experimentId = id;
    }
    // Between two runs there may be none: the strips go on.
    if (serving === null) return;
    this.#threads = serving.threads;
    this.strips.push(serving.threads, serving.atMs);
  }

  /** The server has ended with its experiment. */
  end(experimentId: number): void {
    if (this.#experimentId === experimentId) this.#clear();
  }

  /** The newest frame of a thread. */
  frame(thread: number): WorkerFrame | undefined {
    return this.#threads.find(({ worker }) => worker === thread);
  }

  #clear(): void {
    this.#experimentId = null;
    this.#threads = [];
    this.strips.clear();
  }
}
