import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { extractFile, listPackage } from '@electron/asar';
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { Platform } from 'electron-builder';
import { chromium } from 'playwright';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ICO_SIZES } from './lib/icon-files.mjs';
import { electronFlags } from './lib/electron-flags.mjs';
import { bundledPackages, packedPackages } from './lib/licences.mjs';
import { root } from './lib/root.mjs';
import { startVirtualDisplay } from './lib/virtual-display.mjs';
import { pack } from './package.mjs';

/** The first run on a new machine may build the app and fetch an Electron too. */
const PACK_LIMIT_MS = 180_000;
const RESOURCES = ['LICENSES.txt', 'app.asar', 'app.asar.unpacked'];

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
        '/out/main/sort.cjs',
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
      // The last two come with the better-sqlite3 of a runtime that is for trial only.
      /^(better-sqlite3|bindings|file-uri-to-path|@napi-rs(\/blake-hash(-[a-z0-9-]+)?)?|koffi|@koromix(\/koffi-[a-z0-9-]+)?)$/;
    expect([...packages].filter((name) => name !== undefined && !expected.test(name))).toEqual([]);
    expect(JSON.parse(extractFile(asar, 'package.json').toString())).not.toHaveProperty('devDependencies');
  });

  it("lays this platform's native add-ons, and no others, beside the archive", () => {
    const unpacked = readdirSync(`${asar}.unpacked`, { recursive: true }).filter((name) =>
      name.endsWith('.node'),
    );
    const platform = `${process.platform}-${process.arch}`;
    expect(unpacked).toHaveLength(3);
    const fits = (name) => name.includes(platform) || name.endsWith('build/Release/better_sqlite3.node');
    expect(unpacked.every(fits)).toBe(true);
    expect(readdirSync(join(folder, 'resources')).sort()).toEqual(RESOURCES);
  });

  it('has the licences of all whose code it holds', () => {
    const text = readFileSync(join(folder, 'resources/LICENSES.txt'), 'utf8');
    const missing = [...bundledPackages(), ...packedPackages()].filter(
      (name) => !new RegExp(`^${name} \\d+\\.\\d+\\.\\d+\\S* \\(`, 'm').test(text),
    );
    expect(missing).toEqual([]);
    expect(text).toContain('Permission is hereby granted, free of charge');
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

  it('starts, does a job, and closes', async () => {
    const work = mkdtempSync(join(tmpdir(), 'heddle-packaged-'));
    writeFileSync(join(work, 'file'), 'content');
    const { display, stop } = await startVirtualDisplay();
    const flags = [...electronFlags(), '--remote-debugging-port=0', `--data-dir=${join(work, 'data')}`];
    const app = spawn(join(folder, 'heddle'), flags, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, DISPLAY: display, WAYLAND_DISPLAY: '', HEDDLE_NO_DIALOG: '1' },
    });
    const closed = once(app, 'close');
    let said = '';
    try {
      const address = await new Promise((settle, fail) => {
        app.stderr.setEncoding('utf8').on('data', (text) => {
          said += text;
          const found = /DevTools listening on (ws:\S+)/.exec(said);
          if (found !== null) settle(found[1]);
        });
        closed.then(() => fail(new Error(`It ended at its start: ${said}`)));
      });
      const browser = await chromium.connectOverCDP(address);
      const [context] = browser.contexts();
      const page = context.pages()[0] ?? (await context.waitForEvent('page'));
      await page.getByRole('navigation', { name: 'Pages' }).waitFor();
      const request = (name, input) =>
        page.evaluate(
          async ([channel, value]) => {
            const reply = await globalThis.heddle.invoke(channel, value);
            if (!reply.ok) throw new Error(reply.error.message);
            return reply.value;
          },
          [name, input],
        );
      const job = await request('jobs:create', {
        kind: 'hash',
        mode: 'pool',
        workers: null,
        paths: [join(work, 'file')],
        algorithms: ['sha256', 'blake3'],
        manifest: null,
      });
      await expect
        .poll(() => request('tasks:page', { jobId: job.id, state: null, search: '', offset: 0, limit: 10 }))
        .toMatchObject({
          rows: [
            { state: 'done', digests: { sha256: createHash('sha256').update('content').digest('hex') } },
          ],
        });
      await page.evaluate(() => globalThis.close());
      const [status] = await closed;
      expect(status, said).toBe(0);
    } finally {
      app.kill('SIGKILL');
      await stop();
      rmSync(work, { recursive: true, force: true });
    }
  });

  it('says so when its Electron is for trial only', () => {
    const major = Number.parseInt(readFileSync(join(folder, 'version'), 'utf8').replace(/^v/, ''), 10);
    expect(/For trial only/.test(packing.stderr)).toBe(major < 35);
  });
});

/** What @electron/fuses looks for in a binary, then the version and the number of its fuses. */
const FUSES = Buffer.concat([
  Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'),
  Buffer.from([1, 9]),
  Buffer.from('101101011'),
]);

/**
 * There is no Electron for another system here: its folder is made up, of what electron-builder looks at. It then does
 * to it what it does on that system, but for what only that system has.
 */
describe.runIf(process.platform === 'linux')('what is packed for another system', () => {
  let folder;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'heddle-package-others-'));
  });

  afterAll(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });

  function put(path, content, mode = 0o644) {
    const whole = join(folder, path);
    mkdirSync(dirname(whole), { recursive: true });
    writeFileSync(whole, content, { mode });
    return whole;
  }

  function putApp(path, name) {
    put(
      `${path}/Contents/Info.plist`,
      `<?xml version="1.0"?><plist version="1.0"><dict><key>CFBundleExecutable</key><string>${name}</string></dict></plist>`,
    );
    return put(`${path}/Contents/MacOS/${name}`, 'x', 0o755);
  }

  it('is on macOS signed anew once the fuses are set, and has its icon and name', async () => {
    const frameworks = 'mac/Electron.app/Contents/Frameworks';
    const executable = putApp('mac/Electron.app', 'Electron');
    for (const kind of ['', ' (GPU)', ' (Plugin)', ' (Renderer)']) {
      putApp(`${frameworks}/Electron Helper${kind}.app`, `Electron Helper${kind}`);
    }
    put(`${frameworks}/Electron Framework.framework/Electron Framework`, FUSES);
    put('mac/Electron.app/Contents/Resources/default_app.asar', 'x');
    // Apple's own signs; this one keeps what it was asked for, and the fuses as they were then.
    const framework = '"$6/Contents/Frameworks/Electron Framework.framework/Electron Framework"';
    put('bin/codesign', `#!/bin/sh\necho "$1 $2 $5" >"$OUT/asked"\ncp ${framework} "$OUT/signed"\n`, 0o755);
    vi.stubEnv('PATH', `${join(folder, 'bin')}:${process.env.PATH}`);
    vi.stubEnv('OUT', folder);
    await pack(executable, join(folder, 'out'), 'dir', Platform.MAC);

    const contents = join(
      folder,
      'out',
      readdirSync(join(folder, 'out')).find((name) => name.startsWith('mac')),
      'Heddle.app/Contents',
    );
    expect(readFileSync(join(folder, 'asked'), 'utf8')).toBe('--sign - --deep\n');
    const signed = readFileSync(join(folder, 'signed'));
    const packed = readFileSync(join(contents, 'Frameworks/Electron Framework.framework/Electron Framework'));
    expect(signed.equals(packed)).toBe(true);
    expect(signed.equals(FUSES)).toBe(false);
    const plist = readFileSync(join(contents, 'Info.plist'), 'utf8');
    expect(plist).toMatch(/<key>CFBundleIdentifier<\/key>\s*<string>dev\.heddle\.app</);
    expect(plist).toMatch(/<key>CFBundleIconFile<\/key>\s*<string>icon\.icns</);
    const icon = readFileSync(join(contents, 'Resources/icon.icns'));
    expect(icon.equals(readFileSync(join(root, 'build/icon.icns')))).toBe(true);
    expect(readdirSync(join(contents, 'Resources'))).not.toContain('default_app.asar');
  });

  it('is on Windows a program with its own icon, name and fuses', async () => {
    // Any program with a version to be replaced.
    const program = readFileSync(join(root, 'node_modules/electron-winstaller/vendor/7z-x64.exe'));
    const executable = put('win/electron.exe', Buffer.concat([program, FUSES]));
    put('win/version', '45.4.1');
    put('win/resources/default_app.asar', 'x');
    await pack(executable, join(folder, 'out'), 'dir', Platform.WINDOWS);

    const packed = join(folder, 'out/win-unpacked');
    const { NtExecutable, NtExecutableResource, Resource } = await import('resedit');
    const file = NtExecutable.from(readFileSync(join(packed, 'Heddle.exe')), { ignoreCert: true });
    const { entries } = NtExecutableResource.from(file);
    const [icons] = Resource.IconGroupEntry.fromEntries(entries);
    expect(icons.icons.map(({ width }) => width || 256)).toEqual(ICO_SIZES);
    const [version] = Resource.VersionInfo.fromEntries(entries);
    const [language] = version.getAllLanguagesForStringValues();
    expect(version.getStringValues(language)).toMatchObject({
      ProductName: 'Heddle',
      InternalName: 'Heddle',
    });
    const wire = await getCurrentFuseWire(join(packed, 'Heddle.exe'));
    expect(wire[FuseV1Options.RunAsNode]).toBe(FuseState.DISABLE);
    expect(wire[FuseV1Options.OnlyLoadAppFromAsar]).toBe(FuseState.ENABLE);
    expect(readdirSync(join(packed, 'resources')).sort()).toEqual(RESOURCES);
  });
});
