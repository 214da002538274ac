/** Experiments from asking to ending: made, run one at a time, kept, exported. */
import type {
  Experiment,
  ExperimentFormat,
  ExperimentRequest,
  ExperimentSummary,
  Timeline,
} from '../../common/experiment';
import type { Settings } from '../../common/settings';

export interface ExperimentList {
  readonly total: number;
  readonly experiments: readonly ExperimentSummary[];
}

export class Experiments {
  /** @throws HeddleError `bad-request`, `experiment-running` */
  start(request: ExperimentRequest): Promise<ExperimentSummary> {
    return Promise.reject(new Error(`not written yet: ${request.work.type}`));
  }

  /** Resolves when no thread and no file of it is left. */
  cancel(id: number): Promise<void> {
    return Promise.reject(new Error(`not written yet: ${id}`));
  }

  /** Resolves when the experiment has ended. */
  ended(id: number): Promise<Experiment> {
    return Promise.reject(new Error(`not written yet: ${id}`));
  }

  /** Newest first. */
  list(offset: number, limit: number): ExperimentList {
    return { total: offset * limit * 0, experiments: [] };
  }

  /** @throws HeddleError `no-such-experiment` */
  get(id: number): Experiment {
    throw new Error(`not written yet: ${id}`);
  }

  timelines(id: number): readonly Timeline[] {
    throw new Error(`not written yet: ${id}`);
  }

  remove(id: number): void {
    throw new Error(`not written yet: ${id}`);
  }

  /** The best pool size becomes the automatic number of workers of its kind. @throws HeddleError where it found none */
  adopt(id: number): Settings {
    throw new Error(`not written yet: ${id}`);
  }

  /** Replaces a file of that name: the caller has asked. */
  write(
    id: number,
    format: Exclude<ExperimentFormat, 'png'>,
    path: string,
    theme: 'dark' | 'light',
  ): Promise<void> {
    return Promise.reject(new Error(`not written yet: ${id} ${format} ${path} ${theme}`));
  }
}
