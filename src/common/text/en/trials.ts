/** What experiments and the page about threads say of their figures. */
export const trials = {} as const;
