/** The worker's script on a disk of which one file hangs: `stuck` is opened only when there is a `go` beside it. */
import fs from 'node:fs';
import { dirname, join } from 'node:path';

const POLL_MS = 10;
const cell = new Int32Array(new SharedArrayBuffer(4));
const { openSync } = fs;

fs.openSync = (path, ...rest) => {
  const text = String(path);
  // As with a disk that does not answer, nothing else of this thread goes on.
  while (text.endsWith('/stuck') && !fs.existsSync(join(dirname(text), 'go')))
    Atomics.wait(cell, 0, 0, POLL_MS);
  return openSync(path, ...rest);
};

void import('../../workers/worker');
