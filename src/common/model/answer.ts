/** What a worker says of the tasks of a packet that did not fail, as columns. JSON is as it is stored. */
import { columnOf, toColumn, type Column } from './packet';
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
  /** Temporary names to be removed once the result is stored. */
  readonly releases: Column<FsPath | null>;
  /** What few tasks have. */
  readonly rest: Column<OutcomeRest | null>;
}

export type OutcomeRest = {
  readonly [Key in 'identity' | 'grouping' | 'next' | 'lost' | 'known' | 'reason']?:
    TaskOutcome[Key] | undefined;
};

/** @param outcomes `null` where a task has none: it failed, or was cancelled */
export function packOutcomes(outcomes: readonly (TaskOutcome | null)[]): OutcomeColumns {
  return {
    states: columnOf(outcomes, (outcome) => outcome?.state ?? 'done'),
    bytes: columnOf(outcomes, (outcome) => outcome?.bytes ?? 0),
    targets: columnOf(outcomes, (outcome) => outcome?.target ?? null),
    findings: columnOf(outcomes, (outcome) => outcome?.finding ?? null),
    digests: jsonColumn(outcomes, 'digests'),
    facts: jsonColumn(outcomes, 'facts'),
    copied: jsonColumn(outcomes, 'copied'),
    releases: columnOf(outcomes, (outcome) => outcome?.release ?? null),
    rest: columnOf(outcomes, (outcome) => (outcome === null ? null : restOf(outcome))),
  };
}

function jsonColumn(
  outcomes: readonly (TaskOutcome | null)[],
  key: 'digests' | 'facts' | 'copied',
): Column<string | null> {
  if (outcomes.every((outcome) => outcome?.[key] === undefined)) return null;
  return toColumn(outcomes.map((outcome) => json(outcome?.[key])));
}

function json(value: object | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

function restOf(outcome: TaskOutcome): OutcomeRest | null {
  const { identity, grouping, next, lost, known, reason } = outcome;
  const isPlain =
    identity === undefined &&
    grouping === undefined &&
    next === undefined &&
    lost === undefined &&
    known === undefined &&
    reason === undefined;
  return isPlain ? null : { identity, grouping, next, lost, known, reason };
}
