import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freeSpace } from './free-space';

test('what is free where a folder is, or would be made', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-free-'));
  try {
    const { blocks, bsize } = await statfs(folder);
    writeFileSync(join(folder, 'file'), '');
    for (const path of [folder, join(folder, 'not', 'there', 'yet'), join(folder, 'file', 'below'), '/']) {
      const free = await freeSpace(path);
      expect(free).toBeGreaterThan(0);
      if (path !== '/') expect(free).toBeLessThanOrEqual(blocks * bsize);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
