/** Files of tasks, handed to the system: shown in the file manager, opened, their rows copied. */
import { lstat } from 'node:fs/promises';
import { normalize } from 'node:path';
import { clipboard, shell } from 'electron';
import type { CopiedRows } from '../common/ipc';
import { HeddleError } from '../common/model/errors';
import { displayPath, type FsPath } from '../common/model/paths';
import { isProgram, native, type Engine } from '../engine';
import { copiedText } from '../requests/copied';

/** @param taskId `null`: the job's folder */
export async function showInFolder(engine: Engine, jobId: number, taskId: number | null): Promise<void> {
  show(await existingPath(engine, jobId, taskId));
}

/**
 * With the program that the system has for it. Nothing that could run is started: it may come from anywhere, and is
 * shown in its folder instead. So is a link, which may lead to such a file.
 */
export async function openFile(engine: Engine, jobId: number, taskId: number): Promise<'opened' | 'shown'> {
  const path = await existingPath(engine, jobId, taskId);
  const look = await lstat(native(path));
  if (!look.isFile() || (await isProgram(path))) {
    show(path);
    return 'shown';
  }
  const fault = await shell.openPath(normalize(path));
  if (fault !== '') throw new HeddleError('no-program', `The system could not open ${path}: ${fault}.`);
  return 'opened';
}

/** @throws HeddleError where there is no such file, or the file manager cannot be told of it */
async function existingPath(engine: Engine, jobId: number, taskId: number | null): Promise<string> {
  const path = engine.taskPath(jobId, taskId);
  if (path === null) throw new HeddleError('no-file', 'This task has no file to show yet.');
  if (!(await engine.isThere(jobId, taskId)))
    throw new HeddleError('no-file', `${displayPath(path)} is not there any more.`);
  return forFileManager(path);
}

function forFileManager(path: FsPath): string {
  if (typeof path === 'string') return path;
  throw new HeddleError(
    'name-not-text',
    `The file manager cannot be told of ${displayPath(path)}: its name is not valid UTF-8.`,
  );
}

export function moveToTrash(path: FsPath): Promise<void> {
  return shell.trashItem(normalize(forFileManager(path)));
}

function show(path: string): void {
  // The file manager of Windows knows no other separators than its own.
  shell.showItemInFolder(normalize(path));
}

export async function copyLines(source: AsyncIterable<string>): Promise<CopiedRows> {
  const { text, ...copied } = await copiedText(source);
  if (text !== '') await clipboard.writeText(text);
  return copied;
}
