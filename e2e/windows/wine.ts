/** Runs the built terminal on a Node for Windows. `npm run test:windows` has made ready what that needs. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const [wine = '', node = ''] = JSON.parse(process.env['HEDDLE_WINE'] ?? '[]') as string[];
const cli = resolve('out/main/cli.cjs');

export interface Ran {
  /** `null`: it was killed. */
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ran>;
}

/**
 * Node for Windows. Its streams are files: wine has no others that it reads and writes without a console.
 * @param output its standard output, to be read meanwhile
 */
export function startNode(args: readonly string[], cwd: string, output: string | null = null): Running {
  const streams = mkdtempSync(join(tmpdir(), 'heddle-wine-'));
  const [out, err] = [output ?? join(streams, 'out'), join(streams, 'err')];
  const [outFd, errFd] = [openSync(out, 'w'), openSync(err, 'w')];
  const child = spawn(wine, [node, ...args], { cwd, stdio: ['ignore', outFd, errFd] });
  closeSync(outFd);
  closeSync(errFd);
  const ended = new Promise<Ran>((settle, fail) => {
    child.once('error', fail);
    child.once('exit', (status) => {
      settle({ status, out: readFileSync(out, 'utf8'), err: readFileSync(err, 'utf8') });
      rmSync(streams, { recursive: true });
    });
  });
  return { child, ended };
}

/** With a data folder below `cwd`. */
export function startHeddle(args: readonly string[], cwd: string): Running {
  return startNode([cli, ...args, '--data-dir', 'data'], cwd);
}

export function heddle(args: readonly string[], cwd: string): Promise<Ran> {
  return startHeddle(args, cwd).ended;
}

/** As Windows writes the path of a file of this machine. */
export function windowsPath(path: string): string {
  return `Z:${path.replaceAll('/', '\\')}`;
}
