/** Dialogs: new jobs and their options, questions. */
export const dialogs = {} as const;
