/** English: the source, and what all else is translated from. An area a file. */
import { commands } from './commands';
import { common } from './common';
import { dialogs } from './dialogs';
import { findings } from './findings';
import { frame } from './frame';
import { history } from './history';
import { jobs } from './jobs';
import { kinds } from './kinds';
import { reasons } from './reasons';
import { settings } from './settings';
import { shell } from './shell';
import { web } from './web';
import { tasks } from './tasks';
import { threads } from './threads';
import { told } from './told';
import { trials } from './trials';
import { updates } from './updates';

export const english = {
  ...commands,
  ...common,
  ...dialogs,
  ...findings,
  ...frame,
  ...history,
  ...jobs,
  ...kinds,
  ...reasons,
  ...settings,
  ...shell,
  ...tasks,
  ...threads,
  ...told,
  ...web,
  ...trials,
  ...updates,
} as const;
