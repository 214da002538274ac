/**
 * German, as macOS and VS Code have it: infinitives instead of a form of address, „…“ for quotes. Thread, Worker,
 * Pool, Host, Sync and Async stay; job: Auftrag, task: Aufgabe, digest: Hashwert, manifest: Prüfsummendatei.
 */
import type { Messages } from '../messages';
import { commands } from './commands';
import { common } from './common';
import { compare } from './compare';
import { dialogs } from './dialogs';
import { finding } from './finding';
import { findings } from './findings';
import { frame } from './frame';
import { history } from './history';
import { jobs } from './jobs';
import { kinds } from './kinds';
import { lists } from './lists';
import { options } from './options';
import { reasons } from './reasons';
import { settings } from './settings';
import { shell } from './shell';
import { tasks } from './tasks';
import { threads } from './threads';
import { told } from './told';
import { trials } from './trials';
import { updates } from './updates';
import { web } from './web';

export const german: Messages = {
  ...commands,
  ...common,
  ...compare,
  ...dialogs,
  ...finding,
  ...findings,
  ...frame,
  ...history,
  ...jobs,
  ...kinds,
  ...lists,
  ...options,
  ...reasons,
  ...settings,
  ...shell,
  ...tasks,
  ...threads,
  ...told,
  ...trials,
  ...updates,
  ...web,
};
