import { describe, expect, it } from 'vitest';
import { nodeFault } from './node-version';

describe('nodeFault', () => {
  it('finds none in what the database runs on', () => {
    for (const version of ['22.12.0', '22.21.1', '23.0.0', '24.21.0', '100.0.0', process.versions.node])
      expect(nodeFault(version)).toBeNull();
  });

  it('says what an older one lacks, and what brings it', () => {
    for (const version of ['20.20.2', '22.11.0', '18.0.0']) {
      expect(nodeFault(version)).toBe(
        `needs Node 22.12 or newer, this is ${version}; npx heddle runs it on the Node that comes with it`,
      );
    }
  });
});
