/**
 * German, as macOS and VS Code have it: infinitives instead of a form of address, „…“ for quotes. Thread, Worker,
 * Pool, Host, Sync and Async stay; job: Auftrag, task: Aufgabe, digest: Hashwert, manifest: Prüfsummendatei.
 */
import type { Messages } from '../messages';
import { common } from './common';
import { findings } from './findings';
import { jobs } from './jobs';
import { kinds } from './kinds';
import { reasons } from './reasons';
import { settings } from './settings';
import { shell } from './shell';
import { tasks } from './tasks';

export const german: Messages = {
  ...common,
  ...kinds,
  ...settings,
  ...shell,
  ...findings,
  ...jobs,
  ...reasons,
  ...tasks,
};
