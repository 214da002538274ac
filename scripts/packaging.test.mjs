// What is packed for other systems, as far as it can be seen on this one.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { ICNS_SIZES, ICO_SIZES } from './lib/icon-files.mjs';
import { root } from './lib/root.mjs';
import { macSigning } from './package.mjs';

const read = (path) => readFileSync(join(root, path));
const config = load(read('electron-builder.yml').toString());

/** @returns {[number, number]} width and height in the header of a PNG */
function pngSize(png) {
  expect(png.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
  return [png.readUInt32BE(16), png.readUInt32BE(20)];
}

describe('an app of macOS', () => {
  it('is signed after its fuses are set, ad hoc without a certificate', () => {
    expect(config.electronFuses.resetAdHocDarwinSignature).toBe(true);
    expect(macSigning({})).toEqual({ identity: '-', hardenedRuntime: false });
    expect(macSigning({ CSC_LINK: '' })).toEqual({ identity: '-', hardenedRuntime: false });
  });

  it.each(['CSC_LINK', 'CSC_NAME'])('is signed with the certificate that %s gives', (name) => {
    expect(macSigning({ [name]: 'x' })).toEqual({ hardenedRuntime: true });
  });

  it('has an icon for each size, each a PNG of that size', () => {
    const icns = read('build/icon.icns');
    expect(icns.subarray(0, 4).toString()).toBe('icns');
    expect(icns.readUInt32BE(4)).toBe(icns.length);
    const sizes = { ic11: 32, ic12: 64, ic07: 128, ic08: 256, ic13: 256, ic09: 512, ic14: 512, ic10: 1024 };
    const found = {};
    for (let at = 8; at < icns.length; at += icns.readUInt32BE(at + 4)) {
      const [width, height] = pngSize(icns.subarray(at + 8));
      expect(width).toBe(height);
      found[icns.subarray(at, at + 4).toString()] = width;
    }
    expect(found).toEqual(sizes);
    expect([...new Set(Object.values(sizes))]).toEqual(ICNS_SIZES);
  });
});

describe('an app of Windows', () => {
  it('is known by one name to the shortcut and to its window', () => {
    const [, id] = /setAppUserModelId\('([^']+)'\)/.exec(read('src/main/index.ts').toString());
    expect(id).toBe(config.appId);
  });

  it('has an icon for each size: bitmaps, and a PNG for the largest', () => {
    const ico = read('build/icon.ico');
    expect([ico.readUInt16LE(0), ico.readUInt16LE(2)]).toEqual([0, 1]);
    const entries = Array.from({ length: ico.readUInt16LE(4) }, (_, index) => {
      const at = 6 + 16 * index;
      const offset = ico.readUInt32LE(at + 12);
      return { size: ico[at] || 256, image: ico.subarray(offset, offset + ico.readUInt32LE(at + 8)) };
    });
    expect(entries.map(({ size }) => size)).toEqual(ICO_SIZES);
    for (const { size, image } of entries) {
      if (size === 256) expect(pngSize(image)).toEqual([256, 256]);
      else
        expect([image.readInt32LE(4), image.readInt32LE(8), image.readUInt16LE(14)]).toEqual([
          size,
          size * 2,
          32,
        ]);
    }
    // A corner is empty, the middle of the bar is light, whatever the row it starts from.
    const { image } = entries.find(({ size }) => size === 64);
    const pixel = (x, y) => [...image.subarray(40 + ((63 - y) * 64 + x) * 4).subarray(0, 4)];
    expect(pixel(0, 0)).toEqual([0, 0, 0, 0]);
    expect(pixel(16, 34)).toEqual([0xef, 0xeb, 0xe8, 0xff]);
  });
});

it('an app of Linux has an icon for each size', () => {
  const names = readdirSync(join(root, 'build/icons'));
  expect(names).toContain('512x512.png');
  for (const name of names) {
    const [width, height] = pngSize(read(`build/icons/${name}`));
    expect(`${width}x${height}.png`).toBe(name);
  }
});

it('opens manifests, lists and links on all systems', () => {
  const extensions = config.fileAssociations.map(({ ext }) => ext);
  expect(extensions).toEqual(expect.arrayContaining(['sha256', 'sfv', 'md5', 'metalink', 'meta4']));
  for (const { ext, mimeType, rank } of config.fileAssociations) {
    // Linux knows them by their type alone, with one extension each; what others are the default for stays theirs.
    expect(typeof ext).toBe('string');
    expect(mimeType).toMatch(/^application\//);
    expect(rank).toBe('Alternate');
  }
  expect(config.protocols.map(({ schemes }) => schemes)).toEqual([['heddle']]);
  const installer = read(config.nsis.include).toString();
  expect(installer).toContain(`'"$appExe" -- "%1"'`);
  expect(installer).toContain('DeleteRegKey SHELL_CONTEXT "Software\\Classes\\heddle"');
});
