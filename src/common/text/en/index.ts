/** English: the source, and what all else is translated from. An area a file. */
import { commands } from './commands';
import { common } from './common';
import { frame } from './frame';
import { kinds } from './kinds';
import { settings } from './settings';
import { shell } from './shell';
import { told } from './told';

export const english = {
  ...commands,
  ...common,
  ...frame,
  ...kinds,
  ...settings,
  ...shell,
  ...told,
} as const;
