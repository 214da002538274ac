/** What a worker says of the tasks of a packet that did not fail, as columns. JSON is as it is stored. */
import { toColumn, type Column } from './packet';
import type { FsPath } from './paths';
import type { Finding, TaskOutcome } from './tasks';

export interface OutcomeColumns {
  readonly states: Column<TaskOutcome['state']>;
  readonly bytes: Column<number>;
  readonly targets: Column<FsPath | null>;
  readonly findings: Column<Finding | null>;
  /** JSON of `Digests`. */
  readonly digests: Column<string | null>;
  /** JSON of `DownloadFacts`. */
  readonly facts: Column<string | null>;
  /** JSON of `CopyFacts`. */
  readonly copied: Column<string | null>;
  /** What few tasks have. */
  readonly rest: Column<OutcomeRest | null>;
}

export type OutcomeRest = {
  readonly [Key in 'identity' | 'grouping' | 'next' | 'lost' | 'known' | 'reason' | 'release']?:
    TaskOutcome[Key] | undefined;
};

/** @param outcomes `null` where a task has none: it failed, or was cancelled */
export function packOutcomes(outcomes: readonly (TaskOutcome | null)[]): OutcomeColumns {
  return {
    states: toColumn(outcomes.map((outcome) => outcome?.state ?? 'done')),
    bytes: toColumn(outcomes.map((outcome) => outcome?.bytes ?? 0)),
    targets: toColumn(outcomes.map((outcome) => outcome?.target ?? null)),
    findings: toColumn(outcomes.map((outcome) => outcome?.finding ?? null)),
    digests: toColumn(outcomes.map((outcome) => json(outcome?.digests))),
    facts: toColumn(outcomes.map((outcome) => json(outcome?.facts))),
    copied: toColumn(outcomes.map((outcome) => json(outcome?.copied))),
    rest: toColumn(outcomes.map((outcome) => (outcome === null ? null : restOf(outcome)))),
  };
}

function json(value: object | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

function restOf(outcome: TaskOutcome): OutcomeRest | null {
  const { identity, grouping, next, lost, known, reason, release } = outcome;
  const isPlain =
    identity === undefined &&
    grouping === undefined &&
    next === undefined &&
    lost === undefined &&
    known === undefined &&
    reason === undefined &&
    release === undefined;
  return isPlain ? null : { identity, grouping, next, lost, known, reason, release };
}
