/** What a script can tell from the exit status. */
export const EXIT = { done: 0, failed: 1, usage: 2, noStart: 3, interrupted: 130 } as const;
