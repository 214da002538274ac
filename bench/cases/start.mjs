// What a process costs before it does anything.
import { join } from 'node:path';
import { root } from '../../scripts/lib/root.mjs';
import { heddleCommand } from '../lib/terminal.mjs';

export const start = () => [
  {
    id: 'start',
    group: 'Starting',
    title: '--version',
    neededBytes: 0,
    wishes: [],
    prepare: () => ({
      before: () => undefined,
      after: () => undefined,
      contestants: [
        { name: 'Heddle', own: true, command: heddleCommand('--version') },
        {
          name: 'Heddle in a checkout',
          own: true,
          command: [process.execPath, join(root, 'scripts/heddle.cjs'), '--version'],
        },
        { name: 'node -e 0', command: [process.execPath, '-e', '0'] },
        { name: 'curl --version', needs: 'curl', command: ['curl', '--version'] },
        { name: 'rclone version', needs: 'rclone', command: ['rclone', 'version'] },
      ],
    }),
  },
];
