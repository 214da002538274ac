/** Lists for `heddle verify` that lie in no folder: standard input, and what a shell's `<(sha256sum *)` stands for. */
import { createReadStream, openSync, statSync } from 'node:fs';
import { Socket } from 'node:net';
import { displayPath } from '../common/model/paths';
import { native } from '../engine';
import { givenPath } from './given-path';

const STDIN = /^(?:-|\/dev\/stdin|\/(?:dev|proc\/self)\/fd\/0)$/u;
/** Of a file that the shell has opened: its names do not start from `/dev/fd`. */
const DESCRIPTOR = /^\/(?:dev|proc\/self)\/fd\/\d+$/u;

/** @returns what is to be read; `null` for a path, whose folder is where names start from */
export function listInput(manifest: string): AsyncIterable<Uint8Array> | null {
  if (STDIN.test(manifest)) return process.stdin;
  const path = givenPath(manifest);
  const stats = statSync(native(path), { throwIfNoEntry: false });
  if (stats?.isFIFO() === true) {
    // Waits for whoever writes into it: no signal is caught yet, so each of them ends that. A read that waits in one
    // of Node's threads would keep the process alive; a socket's does not.
    return new Socket({ fd: openSync(native(path), 'r'), readable: true, writable: false });
  }
  const isOpenFile = stats?.isFile() === true && DESCRIPTOR.test(displayPath(path));
  return isOpenFile ? createReadStream(native(path)) : null;
}
