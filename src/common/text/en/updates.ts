/** New versions of Heddle. */
export const updates = {
  'updates.none': 'Heddle {version} is the newest version.',
  'updates.unknown': 'This copy of Heddle does not update itself. Get new versions where you got this one.',
  'updates.found': 'Heddle {version} is available.',
  'updates.download': 'Download',
  'updates.downloading': 'Downloading Heddle {version}…',
  'updates.ready': 'Heddle {version} is ready to install. Jobs go on after the restart.',
  'updates.install': 'Restart and install',
} as const;
