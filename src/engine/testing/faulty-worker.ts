/** The worker's script on a disk with a bad sector: `faulty` cannot be opened the first time, and can be the next. */
import fs from 'node:fs';

const { openSync } = fs;
const failed = new Set<string>();

fs.openSync = (path, ...rest) => {
  const text = String(path);
  if (text.endsWith('/faulty') && !failed.has(text)) {
    failed.add(text);
    throw Object.assign(new Error('EIO: i/o error, open'), { code: 'EIO', syscall: 'open', errno: -5 });
  }
  return openSync(path, ...rest);
};

void import('../../workers/worker');
