/** Strips of the experiment that runs, gathered from frames. Outside React: ten thousand come in a second. */
import type {
  ActivitySample,
  Experiment,
  ExperimentFrame,
  Timeline,
  TimelinePiece,
} from '../../common/experiments/experiment';
import { createStore } from './store';

interface LiveRun {
  readonly contender: number;
  readonly round: number;
  wallMs: number;
  readonly pieces: TimelinePiece[];
  readonly activity: ActivitySample[];
}

export class LiveTimelines {
  /** Grows with everything that is drawn differently. */
  readonly version = createStore(0);
  #experimentId: number | null = null;
  /** Of each contender the latest run. */
  readonly #runs = new Map<number, LiveRun>();

  take(frame: ExperimentFrame): void {
    this.#follow(frame.id);
    const { running } = frame;
    if (running === null) return;
    const { contender, round } = running;
    let run = this.#runs.get(contender);
    if (run?.round !== round) {
      run = { contender, round, wallMs: 0, pieces: [], activity: [] };
      this.#runs.set(contender, run);
    }
    run.wallMs = Math.max(run.wallMs, running.elapsedMs);
    for (const piece of running.pieces) {
      run.pieces.push(piece);
      run.wallMs = Math.max(run.wallMs, piece.endMs);
    }
    for (const sample of running.activity) run.activity.push(sample);
    this.version.update((version) => version + 1);
  }

  /** Runs that have ended say how long they took. */
  takeRuns(experiment: Experiment): void {
    if (experiment.id !== this.#experimentId) return;
    for (const { contender, round, wallMs } of experiment.runs) {
      const run = this.#runs.get(contender);
      if (run?.round === round) run.wallMs = wallMs;
    }
    this.version.update((version) => version + 1);
  }

  /** In the order of the contenders. */
  timelines(experimentId: number): Timeline[] {
    if (experimentId !== this.#experimentId) return [];
    return [...this.#runs.values()]
      .sort((a, b) => a.contender - b.contender)
      .map((run) => ({ ...run, runId: 0 }));
  }

  #follow(experimentId: number): void {
    if (this.#experimentId === experimentId) return;
    this.#experimentId = experimentId;
    this.#runs.clear();
  }
}
