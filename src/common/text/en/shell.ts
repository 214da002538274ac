/** What the main process shows. */
export const shell = {
  'shell.tray.open': 'Open Heddle',
  'shell.tray.quit': 'Pause jobs and quit',
} as const;
