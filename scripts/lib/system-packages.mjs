// The Debian packages that Electron and its tests need, for Debian, Ubuntu and what follows them. As a script it
// installs what tests need.
import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { say } from './root.mjs';

/** What Electron needs to open a window. */
const windowPackages = ['libgtk-3-0', 'libnss3', 'libasound2', 'libgbm1', 'libxss1', 'libxtst6'];
/** What tests need besides: a virtual display, a web server, the aria2 whose answers are compared with, certificates, other checkers of manifests, what makes attributes and disks of other file systems, what sees and breaks system calls, another clock, a browser, and another BLAKE3 to compare with where there is one. */
const testPackages = [
  'xvfb',
  'xauth',
  'nginx',
  'aria2',
  'openssl',
  'rhash',
  'hashdeep',
  'attr',
  'acl',
  'strace',
  'faketime',
  'e2fsprogs',
  'squashfs-tools',
  'dosfstools',
  'btrfs-progs',
  'exfat-fuse',
  'exfatprogs',
  'chromium',
];
const optionalTestPackages = ['b3sum'];
/** What the bench compares Heddle with, the server for it, and what measures processes. */
const benchPackages = [
  'time',
  'nginx',
  'curl',
  'aria2',
  'openssl',
  'rhash',
  'hashdeep',
  'rsync',
  'diffutils',
  'e2fsprogs',
];
/** Not in every release. */
const optionalBenchPackages = ['wget2', 'b3sum', 'rclone', 'fdupes', 'jdupes', 'rdfind'];

function output(command, args) {
  const { status, stdout } = spawnSync(command, args, {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  return status === 0 ? stdout : null;
}

function isInstalled(name) {
  return output('dpkg-query', ['-W', '-f=${db:Status-Status}', name])?.trim() === 'installed';
}

/** Since 64-bit times, newer releases call some of them `…t64`. */
function names(name) {
  return [name, `${name}t64`];
}

function archiveName(name) {
  return names(name).find((each) => /Candidate: \d/.test(output('apt-cache', ['policy', each]) ?? ''));
}

function missing(list) {
  return list.filter((name) => !names(name).some(isInstalled));
}

/** @returns the libraries that the dynamic linker does not find for this executable */
function unresolvedLibraries(executable) {
  const lines = (output('ldd', [executable]) ?? '').split('\n');
  return lines.filter((line) => line.includes('not found')).map((line) => line.trim().split(' ')[0]);
}

function apt(args) {
  const { status } = spawnSync('apt-get', ['-qq', ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
    // Run level 1: no service that comes with a package is started.
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
  });
  return status === 0;
}

function install(wanted, optional) {
  say(`Installing ${[...wanted, ...optional].join(' ')} with apt-get…`);
  if (!apt(['update'])) say('apt-get update failed; going on with the package lists that are there.');
  const packages = wanted.map((name) => archiveName(name) ?? name);
  const extra = optional.map(archiveName).filter((name) => name !== undefined);
  if (packages.length + extra.length === 0) return true;
  return apt(['install', '--yes', '--no-install-recommends', ...packages, ...extra]);
}

/** Installs what is missing when this is root on Debian or Ubuntu; otherwise says what to type. @returns whether all is there */
function ensure(wanted, optional = []) {
  const required = missing(wanted);
  if (required.length === 0 && (optional.length === 0 || missing(optional).length === 0)) return true;
  if (process.getuid?.() === 0) {
    if (install(required, missing(optional))) return true;
    say(`These packages could not be installed: ${required.join(' ')}`);
    return required.length === 0;
  }
  if (required.length === 0) return true;
  const packages = required.map((name) => archiveName(name) ?? name);
  say(`Libraries are missing. This installs them:\n  sudo apt-get install ${packages.join(' ')}`);
  return false;
}

const hasDpkg = () => process.platform === 'linux' && output('dpkg-query', ['--version']) !== null;

/**
 * What a window needs. Costs one `ldd` where nothing is missing.
 *
 * @param {string} executable the Electron that is to be started
 * @returns {boolean} whether it can be started, as far as can be told
 */
export function ensureSystemLibraries(executable) {
  if (process.platform !== 'linux') return true;
  const unresolved = unresolvedLibraries(executable);
  if (unresolved.length === 0) return true;
  if (hasDpkg()) return ensure(windowPackages);
  say(`Electron needs libraries that this system lacks: ${unresolved.join(', ')}`);
  return false;
}

/** What the whole test suite needs. @returns {boolean} whether it is there, as far as can be told */
export function ensureTestPackages() {
  return hasDpkg() ? ensure([...windowPackages, ...testPackages], optionalTestPackages) : true;
}

/** What runs programs of Windows. @returns {boolean} whether it is there, as far as can be told */
export function ensureWine() {
  return hasDpkg() && ensure(['wine64']);
}

/** The tools that the bench compares Heddle with. @returns {boolean} whether they are there, as far as can be told */
export function ensureBenchPackages() {
  return hasDpkg() ? ensure(benchPackages, optionalBenchPackages) : false;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.exitCode = ensureTestPackages() ? 0 : 1;
}
