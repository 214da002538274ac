import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extractFile, listPackage } from '@electron/asar';
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from './lib/root.mjs';

/** The first run on a new machine may build the app and fetch an Electron too. */
const PACK_LIMIT_MS = 180_000;

describe.runIf(process.platform === 'linux')('npm run package', () => {
  let output, folder, asar, packing;

  beforeAll(() => {
    output = mkdtempSync(join(tmpdir(), 'heddle-package-'));
    packing = spawnSync(process.execPath, ['scripts/package.mjs', '--output', output], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(packing.status, packing.stderr).toBe(0);
    folder = join(
      output,
      readdirSync(output).find((name) => name.endsWith('-unpacked')),
    );
    asar = join(folder, 'resources/app.asar');
  }, PACK_LIMIT_MS);

  afterAll(() => {
    rmSync(output, { recursive: true, force: true });
  });

  it('packs what runs', () => {
    expect(listPackage(asar, {})).toEqual(
      expect.arrayContaining([
        '/package.json',
        '/out/main/index.cjs',
        '/out/main/worker.cjs',
        '/out/preload/index.cjs',
        '/out/renderer/index.html',
        '/node_modules/better-sqlite3/lib/index.js',
        '/node_modules/@napi-rs/blake-hash/index.js',
        '/node_modules/koffi/index.cjs',
      ]),
    );
  });

  it('packs no sources, tests, source maps or development tools', () => {
    const files = listPackage(asar, {});
    const allowed = /^\/(package\.json|out|node_modules)(\/|$)/;
    expect(files.filter((file) => !allowed.test(file))).toEqual([]);
    expect(files.filter((file) => /\.(tsx?|map|cc?|[ch]pp|h)$|\.test\.|\/cli\.cjs$/.test(file))).toEqual([]);
    const packages = new Set(files.map((file) => /^\/node_modules\/((?:@[^/]+\/)?[^/@]+)/.exec(file)?.[1]));
    const expected =
      /^(better-sqlite3|@napi-rs(\/blake-hash(-[a-z0-9-]+)?)?|koffi|@koromix(\/koffi-[a-z0-9-]+)?)$/;
    expect([...packages].filter((name) => name !== undefined && !expected.test(name))).toEqual([]);
    expect(JSON.parse(extractFile(asar, 'package.json').toString())).not.toHaveProperty('devDependencies');
  });

  it("lays this platform's native add-ons, and no others, beside the archive", () => {
    const unpacked = readdirSync(`${asar}.unpacked`, { recursive: true }).filter((name) =>
      name.endsWith('.node'),
    );
    const platform = `${process.platform}-${process.arch}`;
    expect(unpacked).toHaveLength(3);
    expect(unpacked.every((name) => name.includes(platform))).toBe(true);
    expect(readdirSync(join(folder, 'resources')).sort()).toEqual(['app.asar', 'app.asar.unpacked']);
  });

  it('sets the fuses', async () => {
    const wire = await getCurrentFuseWire(join(folder, 'heddle'));
    const isOn = (fuse) => wire[FuseV1Options[fuse]] === FuseState.ENABLE;
    const on = ['EnableCookieEncryption', 'EnableEmbeddedAsarIntegrityValidation', 'OnlyLoadAppFromAsar'];
    const off = [
      'RunAsNode',
      'EnableNodeOptionsEnvironmentVariable',
      'EnableNodeCliInspectArguments',
      'LoadBrowserProcessSpecificV8Snapshot',
      'GrantFileProtocolExtraPrivileges',
    ];
    expect(on.filter((fuse) => !isOn(fuse))).toEqual([]);
    expect(off.filter(isOn)).toEqual([]);
  });

  it('says so when its Electron is for trial only', () => {
    const major = Number.parseInt(readFileSync(join(folder, 'version'), 'utf8').replace(/^v/, ''), 10);
    expect(/For trial only/.test(packing.stderr)).toBe(major < 35);
  });
});
