// The tools that Heddle is compared with: which are installed, in which version.
import { spawnSync } from 'node:child_process';

/** What each prints its version with, where that is not `--version`. */
const VERSION_ARGS = { openssl: ['version'], hashdeep: ['-V'], nginx: ['-v'], rclone: ['version'] };
export const TOOLS = [
  'curl',
  'aria2c',
  'wget2',
  'sha256sum',
  'openssl',
  'b3sum',
  'rhash',
  'hashdeep',
  'rclone',
  'cp',
  'rsync',
  'diff',
  'fdupes',
  'jdupes',
  'rdfind',
  'nginx',
];

/** @returns {string | null} `null`: not installed */
export function versionOf(tool) {
  const { status, stdout, stderr } = spawnSync(tool, VERSION_ARGS[tool] ?? ['--version'], {
    encoding: 'utf8',
  });
  return status === 0 ? parseVersion(stdout === '' ? stderr : stdout) : null;
}

/** @returns {string} the first thing in the first line that looks like one, or the line */
export function parseVersion(text) {
  const [line] = text.trim().split('\n', 1);
  return /\d+(?:\.\d+)+\S*/.exec(line)?.[0] ?? line;
}

/** @returns {Record<string, string>} versions of what is installed */
export function installedTools() {
  const found = TOOLS.map((tool) => [tool, versionOf(tool)]);
  return Object.fromEntries(found.filter(([, version]) => version !== null));
}
