/** What a script can tell from the exit status. */
export const EXIT = { done: 0, failed: 1, usage: 2, noStart: 3, interrupted: 130 } as const;

/** Thrown in place of what kept a job from being made: nothing has run. */
export class NotStarted extends Error {
  constructor(cause: unknown) {
    super('The job could not be made.', { cause });
  }
}
