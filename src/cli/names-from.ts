/** Names of files that come from a list, and names that are printed: with line feeds behind them, or NUL bytes. */
import { Option, type Command } from 'commander';
import { HeddleError, fromErrorData, toErrorData } from '../common/model/errors';
import { pathFromBytes, type FsPath } from '../common/model/paths';
import { absolutePath, contentOf } from '../engine';
import { givenPath } from './given-path';

export interface NameFlags {
  readonly filesFrom?: string;
  readonly null?: true;
}

export function addFilesFrom(command: Command): Command {
  return command.addOption(
    new Option(
      '--files-from <file>',
      'names of more files and folders, one on each line; - reads standard input',
    ),
  );
}

export function addNull(command: Command, what: string): Command {
  return command.option('-0, --null', what);
}

/** The paths that were given and those of the list. @throws HeddleError `usage` where there are none */
export async function givenPaths(
  paths: readonly string[],
  { filesFrom, null: nul }: NameFlags,
  help: string,
): Promise<FsPath[]> {
  const given = paths.map((path) => givenPath(path));
  if (filesFrom !== undefined) {
    const input = filesFrom === '-' ? process.stdin : contentOf(givenPath(filesFrom));
    for (const name of await readNames(input, filesFrom, nul === true ? 0x00 : 0x0a))
      given.push(absolutePath(name));
  }
  if (given.length > 0) return given;
  const message =
    filesFrom === undefined
      ? 'no file or folder is named'
      : `${filesFrom === '-' ? 'standard input' : filesFrom} names no file`;
  throw new HeddleError('usage', `${message}. See: ${help}`);
}

async function readNames(input: AsyncIterable<unknown>, path: string, end: number): Promise<FsPath[]> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of input) chunks.push(chunk as Buffer);
  } catch (error) {
    const data = toErrorData(error, path);
    throw data.code === 'not-found' ? new HeddleError('source-missing', data.message) : fromErrorData(data);
  }
  const bytes = Buffer.concat(chunks);
  const names: FsPath[] = [];
  for (let at = 0; at < bytes.length;) {
    const found = bytes.indexOf(end, at);
    const next = found < 0 ? bytes.length : found;
    if (next > at) names.push(nameOf(bytes.subarray(at, next), path, end));
    at = next + 1;
  }
  return names;
}

function nameOf(bytes: Buffer, path: string, end: number): FsPath {
  if (end !== 0 && bytes.includes(0))
    throw new HeddleError(
      'usage',
      `${path === '-' ? 'standard input' : path} has NUL bytes in it: say -0 where they end its names`,
    );
  return pathFromBytes(bytes);
}
