/** What there is no system for here, by what is asked of it: macOS' calls, and streams as files with a colon. */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { macAttributes, streamsAsAttributes } from './attribute-calls';
import type { Koffi } from './koffi';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-attributes-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test('streams of NTFS are read and written by the name of their file', () => {
  const path = join(folder, 'a');
  const calls = streamsAsAttributes({
    streams: (of) =>
      readdirSync(folder)
        .filter((name) => join(folder, name).startsWith(`${of as string}:`))
        .map((name) => name.slice(2)),
  });
  expect(calls.attributes(path)).toEqual([]);
  calls.setAttribute(path, 'Zone.Identifier', Buffer.from('[ZoneTransfer]'));
  expect(readFileSync(`${path}:Zone.Identifier`, 'utf8')).toBe('[ZoneTransfer]');
  expect(calls.attributes(path)).toEqual(['Zone.Identifier']);
  expect(calls.attribute(path, 'Zone.Identifier').toString()).toBe('[ZoneTransfer]');
  calls.removeAttribute(path, 'Zone.Identifier');
  calls.removeAttribute(path, 'Zone.Identifier');
  expect(calls.attributes(path)).toEqual([]);
});

/** A Mac of which one file has attributes, kept in a map. */
function mac(errno: () => number = () => 0): {
  readonly koffi: Koffi;
  readonly kept: Map<string, Buffer>;
  readonly asked: unknown[][];
} {
  const kept = new Map<string, Buffer>();
  const asked: unknown[][] = [];
  const text = (bytes: unknown): string => (bytes as Buffer).toString().replace(/\0$/u, '');
  const give = (value: Buffer, into: unknown): number => {
    if (into !== null) value.copy(into as Buffer);
    return value.length;
  };
  const functions: Record<string, (...args: unknown[]) => number> = {
    listxattr: (_, into) => give(Buffer.from([...kept.keys()].map((name) => `${name}\0`).join('')), into),
    getxattr: (_, name, into) => {
      const value = kept.get(text(name));
      return value === undefined ? -1 : give(value, into);
    },
    setxattr: (_, name, value, size) => {
      kept.set(text(name), Buffer.from((value as Buffer).subarray(0, size as number)));
      return 0;
    },
    removexattr: (_, name) => (kept.delete(text(name)) ? 0 : -1),
    copyfile: () => (errno() === 0 ? 0 : -1),
  };
  const koffi: Koffi = {
    load: () => ({
      func: (definition) => {
        const name = /(\w+)\(/u.exec(definition)?.[1] ?? '';
        return (...args) => {
          asked.push([name, ...args]);
          return functions[name.replace(/^f/u, '')]?.(...args) ?? -1;
        };
      },
    }),
    errno,
    os: { errno: {} },
  };
  return { koffi, kept, asked };
}

test.each([['an open file', 7] as const, ['a path', '/a'] as const])(
  'attributes of macOS, by %s',
  (_, holder) => {
    const { koffi, kept, asked } = mac(() => 93);
    const calls = macAttributes(koffi);
    expect(calls.attributes(holder)).toEqual([]);
    const tags = 'com.apple.metadata:_kMDItemUserTags';
    const fork = Buffer.alloc(200_000, 'fork');
    calls.setAttribute(holder, tags, Buffer.from('red'));
    calls.setAttribute(holder, 'com.apple.ResourceFork', fork);
    kept.set('com.apple.provenance', Buffer.from('of the system'));
    expect(calls.attributes(holder)).toEqual([tags, 'com.apple.ResourceFork']);
    expect(calls.attribute(holder, tags).toString()).toBe('red');
    expect(calls.attribute(holder, 'com.apple.ResourceFork').equals(fork)).toBe(true);
    calls.removeAttribute(holder, tags);
    calls.removeAttribute(holder, tags);
    expect(calls.attributes(holder)).toEqual(['com.apple.ResourceFork']);
    expect(asked.every(([name]) => String(name).startsWith('f') === (typeof holder === 'number'))).toBe(true);
  },
);

test('lists of who may do what are copied by a call of their own, and where that fails it is told', () => {
  const { koffi, asked } = mac();
  macAttributes(koffi).copyAcl?.(7, 8);
  expect(asked).toEqual([['fcopyfile', 7, 8, null, 1]]);
  expect(() => macAttributes(mac(() => 1).koffi).copyAcl?.('/a', '/b')).toThrow(/copyfile/u);
});
