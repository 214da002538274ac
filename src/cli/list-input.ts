/** Lists for `heddle verify` that lie in no folder: standard input, and what a shell's `<(sha256sum *)` stands for. */
import { statSync } from 'node:fs';
import { displayPath } from '../common/model/paths';
import { contentOf, native } from '../engine';
import { givenPath } from './given-path';

const STDIN = /^(?:-|\/dev\/stdin|\/(?:dev|proc\/self)\/fd\/0)$/u;
/** Of a file that the shell has opened: its names do not start from `/dev/fd`. */
const DESCRIPTOR = /^\/(?:dev|proc\/self)\/fd\/\d+$/u;

/** @returns what is to be read; `null` for a path, whose folder is where names start from */
export function listInput(manifest: string): AsyncIterable<Uint8Array> | null {
  if (STDIN.test(manifest)) return process.stdin;
  const path = givenPath(manifest);
  const stats = statSync(native(path), { throwIfNoEntry: false });
  const isOpenFile = stats?.isFile() === true && DESCRIPTOR.test(displayPath(path));
  return isOpenFile || stats?.isFIFO() === true ? contentOf(path) : null;
}
