/** English: the source, and what all else is translated from. An area a file. */
import { common } from './common';
import { kinds } from './kinds';
import { settings } from './settings';
import { shell } from './shell';
import { updates } from './updates';

export const english = { ...common, ...kinds, ...settings, ...shell, ...updates } as const;
