/**
 * German, as macOS and VS Code have it: infinitives instead of a form of address, „…“ for quotes. Thread, Worker,
 * Pool, Host, Sync and Async stay; job: Auftrag, task: Aufgabe, digest: Hashwert, manifest: Prüfsummendatei.
 */
import type { Messages } from '../messages';
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

export const german: Messages = {
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
};
