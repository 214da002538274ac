/** What experiments and the page about threads say of their figures. */
export const trials = {
  'trial.one-by-one': 'one by one',
} as const;
