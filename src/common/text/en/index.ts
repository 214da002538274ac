/** English: the source, and what all else is translated from. An area a file. */
import { commands } from './commands';
import { common } from './common';
import { compare } from './compare';
import { finding } from './finding';
import { frame } from './frame';
import { history } from './history';
import { kinds } from './kinds';
import { settings } from './settings';
import { shell } from './shell';
import { threads } from './threads';
import { told } from './told';

export const english = {
  ...commands,
  ...common,
  ...compare,
  ...finding,
  ...frame,
  ...history,
  ...kinds,
  ...settings,
  ...shell,
  ...threads,
  ...told,
} as const;
