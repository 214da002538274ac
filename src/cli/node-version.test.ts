import { describe, expect, it } from 'vitest';
import { nodeFault } from './node-version';

describe('nodeFault', () => {
  it('finds none in what the database runs on', () => {
    expect(nodeFault({ node: '22.14.0', napi: '10' })).toBeNull();
    expect(nodeFault({ node: '100.0.0', napi: '12' })).toBeNull();
    expect(nodeFault(process.versions)).toBeNull();
  });

  it('says what an older one lacks, and what brings it', () => {
    for (const [node, napi] of [
      ['20.20.2', '9'],
      ['22.12.0', '9'],
      ['0.1.0', undefined],
    ] as const) {
      expect(nodeFault({ node, ...(napi === undefined ? {} : { napi }) })).toBe(
        `needs Node 22.14 or newer, this is ${node}; npx heddle runs it on the Node that comes with it`,
      );
    }
  });
});
