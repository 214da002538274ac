/** English: the source, and what all else is translated from. An area a file. */
import { common } from './common';
import { findings } from './findings';
import { jobs } from './jobs';
import { kinds } from './kinds';
import { reasons } from './reasons';
import { settings } from './settings';
import { shell } from './shell';
import { tasks } from './tasks';

export const english = {
  ...common,
  ...kinds,
  ...settings,
  ...shell,
  ...findings,
  ...jobs,
  ...reasons,
  ...tasks,
} as const;
