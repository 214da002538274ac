/** Whether the modes agree. An experiment whose modes do not is an error, not a result. */
import { contenderName } from '../../common/experiments/text';
import type { Contender } from '../../common/experiments/experiment';
import { HeddleError } from '../../common/model/errors';
import { formatCount } from '../../common/model/units';
import type { RunOutput, TaskResult } from './work';

interface Reference {
  readonly contender: Contender;
  readonly results: readonly TaskResult[];
}

/** Compares what every run gave with what the first one gave. */
export class Outputs {
  #first: Reference | null = null;

  /** @throws HeddleError `modes-disagree` naming the modes and the task; `nothing-done` where every task failed */
  check(contender: Contender, { results }: RunOutput): void {
    const first = this.#first;
    if (first === null) {
      if (results.length === 0) {
        throw new HeddleError('nothing-done', 'There is no task to compare: the work is empty.');
      }
      if (results.every(({ failed }) => failed)) {
        throw new HeddleError(
          'nothing-done',
          `Every task failed, so there is nothing to compare. The first one: ${results[0]?.name ?? ''}: ${results[0]?.result ?? ''}`,
        );
      }
      this.#first = { contender, results };
      return;
    }
    if (results.length !== first.results.length) {
      throw disagreement(
        first.contender,
        contender,
        `one had ${formatCount(first.results.length)} tasks and the other ${formatCount(results.length)}`,
      );
    }
    results.forEach((task, index) => {
      const other = first.results[index];
      if (other === undefined || (other.name === task.name && other.result === task.result)) return;
      const what = `${task.name} became ${quoted(other)} in one and ${quoted(task)} in the other`;
      throw disagreement(first.contender, contender, what);
    });
  }

  /** What readers must know of tasks that failed alike in every run. */
  note(): string | null {
    const failed = this.#first?.results.filter((task) => task.failed) ?? [];
    const [example] = failed;
    if (example === undefined) return null;
    const count = failed.length === 1 ? 'One task' : `${formatCount(failed.length)} tasks`;
    return `${count} failed in the same way in every run (${example.name}: ${example.result}); the times include that.`;
  }
}

function quoted({ result }: TaskResult): string {
  return `“${result}”`;
}

function disagreement(left: Contender, right: Contender, what: string): HeddleError {
  const modes =
    left.mode === right.mode && left.size === right.size
      ? `Two runs of ${named(left)} disagree`
      : `${named(left)} and ${named(right)} disagree`;
  return new HeddleError(
    'modes-disagree',
    `${modes}, so their times cannot be compared: ${what}. See that the work stays the same while it is compared.`,
  );
}

function named(contender: Contender): string {
  return `${contenderName(contender)} (${contender.size})`;
}
