import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDatabase } from './database';
import { HostLimits } from './host-limits';

const DAY_MS = 24 * 3_600_000;
const NOW = Date.UTC(2026, 0, 1);

test('what a host allows is known for a week, and then forgotten', () => {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-host-limits-'));
  const database = openDatabase(folder);
  try {
    const limits = new HostLimits(database);
    expect(limits.get('a.example', NOW)).toBeNull();
    limits.put('a.example', 4, NOW);
    limits.put('b.example:8080', 2, NOW);
    limits.put('a.example', 6, NOW + DAY_MS);
    expect(limits.get('a.example', NOW + 7 * DAY_MS)).toBe(6);
    expect(limits.get('b.example:8080', NOW + 6 * DAY_MS)).toBe(2);
    expect(limits.get('b.example:8080', NOW + 7 * DAY_MS)).toBeNull();
    limits.put('c.example', 1, NOW + 7.5 * DAY_MS);
    const rows = database.prepare<[], { host: string }>('SELECT host FROM host_limits ORDER BY host').all();
    expect(rows.map(({ host }) => host)).toEqual(['a.example', 'c.example']);
  } finally {
    database.close();
    rmSync(folder, { recursive: true });
  }
});
