// `npm run package`: the app in a folder of its own, for this platform; with `--all`, its installers too.
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { Platform, build } from 'electron-builder';
import { electronVersion, ensureElectron } from './electron-runtime.mjs';
import { buildIfStale } from './lib/build.cjs';
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
      `For trial only: its Electron ${version} is past its end of life, and better-sqlite3 13 does not run on it.`,
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
