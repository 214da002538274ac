/** Dialogs: new jobs and their options, questions. */
export const dialogs = {
  'dialog.summary-more': 'More',
} as const;
