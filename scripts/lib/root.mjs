import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's folder, absolute. */
export const root = resolve(fileURLToPath(import.meta.url), '../../..');

/** Messages go to standard error: standard output is the command's own. */
export function say(message) {
  process.stderr.write(`${message}\n`);
}
