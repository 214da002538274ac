/**
 * German, as macOS and VS Code have it: infinitives instead of a form of address, „…“ for quotes. Thread, Worker,
 * Pool, Host, Sync and Async stay; job: Auftrag, task: Aufgabe, digest: Hashwert, manifest: Prüfsummendatei.
 */
import type { Messages } from '../messages';
import { common } from './common';
import { kinds } from './kinds';
import { settings } from './settings';
import { shell } from './shell';
import { updates } from './updates';

export const german: Messages = { ...common, ...kinds, ...settings, ...shell, ...updates };
