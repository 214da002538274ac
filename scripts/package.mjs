// `npm run package`: the app in a folder of its own, for this platform; with `--all`, its installers too.
import { existsSync } from 'node:fs';
import { cp, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { createPackageWithOptions, extractAll } from '@electron/asar';
import { Platform, build } from 'electron-builder';
import { electronVersion, ensureElectron } from './electron-runtime.mjs';
import { buildIfStale } from './lib/build.cjs';
import { licenceTexts } from './lib/licences.mjs';
import { root, say } from './lib/root.mjs';

/** The oldest that better-sqlite3's binary, made for Node-API 10, runs on. */
const OLDEST_FOR_SQLITE = 35;

/**
 * Packs what `out/` holds with an Electron that is on this machine: the folder needs no download.
 *
 * @param {string} executable of that Electron
 * @param {string} output the folder to pack into
 * @param {string} [target] without a name, those of electron-builder.yml
 * @param {Platform} [platform] that the Electron is for
 */
export async function pack(executable, output, target, platform = Platform.current()) {
  const isMac = platform === Platform.MAC;
  await build({
    projectDir: root,
    targets: platform.createTarget(target),
    publish: 'never',
    config: {
      // On macOS the executable lies in `Electron.app/Contents/MacOS`.
      electronDist: resolve(executable, isMac ? '../../../..' : '..'),
      electronVersion: electronVersion(executable),
      directories: { output },
      afterExtract: ({ appOutDir }) =>
        removeDefaultApp(join(appOutDir, isMac ? 'Electron.app/Contents/Resources' : 'resources')),
      // Before the fuses are set.
      afterPack: async ({ appOutDir, packager }) => {
        const resources = packager.getResourcesDir(appOutDir);
        await writeFile(join(resources, 'LICENSES.txt'), licenceTexts());
        await useSqliteOf(dirname(executable), join(resources, 'app.asar'));
      },
      mac: macSigning(process.env),
    },
  });
}

/**
 * Without a certificate the app is signed ad hoc, since Apple Silicon runs nothing that is not signed. The hardened
 * runtime would refuse to load Electron's framework then: it has no team in common with the app. With one it is what
 * notarisation asks for.
 *
 * @param {Record<string, string | undefined>} env `CSC_LINK` or `CSC_NAME` gives electron-builder a certificate
 */
export function macSigning(env) {
  const hasCertificate = Boolean(env.CSC_LINK || env.CSC_NAME);
  return hasCertificate ? { hardenedRuntime: true } : { identity: '-', hardenedRuntime: false };
}

/** Electron's own default app is never started; the runtime made for tests has a better-sqlite3 beside it. */
async function removeDefaultApp(resources) {
  for (const name of ['default_app.asar', 'native']) {
    await rm(join(resources, name), { recursive: true, force: true });
  }
}

/**
 * A runtime that is too old for the app's own better-sqlite3 carries one that is built for it: the app that is packed with
 * it gets that one, so that it starts.
 *
 * @param {string} runtime the folder of the Electron that it is packed with
 * @param {string} archive `app.asar`
 */
async function useSqliteOf(runtime, archive) {
  const native = join(runtime, 'resources/native/node_modules');
  if (!existsSync(native)) return;
  const work = await mkdtemp(`${archive}-`);
  try {
    const app = join(work, 'app');
    extractAll(archive, app);
    await rm(join(app, 'node_modules/better-sqlite3'), { recursive: true });
    const runs = (path) => !/(?:\/(?:deps|src|test|binding\.gyp)|\.d\.ts)$/u.test(path);
    await cp(native, join(app, 'node_modules'), { recursive: true, filter: runs });
    await createPackageWithOptions(app, join(work, 'app.asar'), { unpack: '**/*.node' });
    for (const name of ['app.asar.unpacked', 'app.asar']) {
      const packed = join(dirname(archive), name);
      await rm(packed, { recursive: true });
      await rename(join(work, name), packed);
    }
  } finally {
    await rm(work, { recursive: true });
  }
}

async function main() {
  const { values } = parseArgs({
    options: { all: { type: 'boolean', default: false }, output: { type: 'string', default: 'dist' } },
  });
  if (!buildIfStale()) throw new Error('It could not be built.');
  const executable = await ensureElectron();
  const version = electronVersion(executable);
  const isTrial = Number.parseInt(version, 10) < OLDEST_FOR_SQLITE;
  if (isTrial && values.all) {
    throw new Error(`Installers need a current Electron, and this is ${version}, past its end of life.`);
  }
  const output = resolve(root, values.output);
  await pack(executable, output, values.all ? undefined : 'dir');
  say(`Packed into ${output}`);
  if (isTrial) {
    say(
      `For trial only: its Electron ${version} is past its end of life, and it has a better-sqlite3 that is as old.`,
    );
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    await main();
  } catch (error) {
    say(error.message);
    process.exitCode = 1;
  }
}
