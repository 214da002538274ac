import { readFileSync } from 'node:fs';
import { escapedPath, pathFromBytes } from '../common/model/paths';

const lossy = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Arguments as they were given. Node decodes them as UTF-8 and loses what is not; Linux has their bytes. What is not
 * UTF-8 comes as `escapedPath` has it.
 * @param text as Node has them, without Node and its script
 * @param parent process id of the Node that handed its own arguments over to this one, which lost these bytes
 */
export function rawArguments(text: readonly string[], parent: number | null): string[] {
  if (process.platform !== 'linux' || !text.some((each) => each.includes('\ufffd'))) return [...text];
  // Whoever is the parent by now says nothing of these arguments.
  if (parent !== null && parent !== process.ppid) return [...text];
  let bytes: Buffer;
  try {
    bytes = readFileSync(`/proc/${parent ?? 'self'}/cmdline`);
  } catch {
    return [...text];
  }
  // Each ends in NUL (proc_pid_cmdline(5)). Before them come Node, its flags and its script.
  const all = bytes.toString('latin1').split('\0').slice(0, -1);
  const raw = all.slice(all.length - text.length).map((each) => Buffer.from(each, 'latin1'));
  const isSame = raw.length === text.length && raw.every((each, index) => lossy.decode(each) === text[index]);
  return isSame ? raw.map((each) => escapedPath(pathFromBytes(each))) : [...text];
}
