// `npm run bench:faults`: every fault of the tests' server against other tools, as a careful user runs them, and again
// where they failed at first. Writes docs/faults.md.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { startFaultServer } from '../e2e/fault-server.ts';
import { startRawFaultServer } from '../e2e/raw-fault-server.ts';
import { runnerImport } from 'vite';
import { buildIfStale } from '../scripts/lib/build.cjs';
import { root } from '../scripts/lib/root.mjs';
import { toolScript } from '../scripts/lib/tool.cjs';

const TIMEOUT_MS = 20_000;

const tools = [
  {
    name: 'aria2',
    command: 'aria2c',
    http2: false,
    trust: (file) => [`--ca-certificate=${file}`],
    version: /aria2 version (\S+)/,
    args: (url, folder, name) => [
      '-q',
      '-c',
      '-d',
      folder,
      ...(name === null ? [] : ['-o', name]),
      '--max-tries=3',
      '--retry-wait=1',
      '--connect-timeout=3',
      '--timeout=3',
      url,
    ],
  },
  {
    name: 'curl',
    command: 'curl',
    http2: true,
    trust: (file) => ['--cacert', file],
    version: /curl (\S+)/,
    args: (url, folder, name) => [
      '-sS',
      '-f',
      '-L',
      // Going on and the server's name exclude each other.
      ...(name === null ? ['-OJ', '--output-dir', folder] : ['-C', '-', '-o', join(folder, name)]),
      '--retry',
      '3',
      '--retry-delay',
      '1',
      '--speed-time',
      '3',
      '--speed-limit',
      '1',
      url,
    ],
  },
  {
    name: 'wget2',
    command: 'wget2',
    http2: true,
    trust: (file) => [`--ca-certificate=${file}`],
    version: /Wget2 (\S+)/,
    args: (url, folder, name) => [
      '-q',
      '-c',
      '--tries=3',
      '--waitretry=1',
      '--timeout=3',
      ...(name === null ? ['--content-disposition', '-P', folder] : ['-O', join(folder, name)]),
      url,
    ],
  },
  {
    name: 'Heddle',
    command: process.execPath,
    http2: true,
    trust: (file) => ['--cacert', file],
    version: null,
    args: (url, folder, name) => [
      join(root, 'out/main/cli.cjs'),
      'download',
      '--quiet',
      '--retry',
      '3',
      '--stall-timeout',
      '3',
      '--header-timeout',
      '3',
      ...(name === null ? [] : ['-o', name]),
      '-d',
      folder,
      url,
    ],
  },
];

/** Where a tool runs: its home, where it starts, and far below the folder that it is to fill. */
async function makePlace() {
  const home = await mkdtemp(join(tmpdir(), 'heddle-faults-'));
  const folder = join(home, 'a/b/c/d/target');
  await mkdir(folder, { recursive: true });
  return { home, folder };
}

async function run(tool, url, { home, folder }, name, trust) {
  const child = spawn(tool.command, [...tool.args(url, folder, name), ...trust], {
    stdio: 'ignore',
    // wget2 writes a file that the server names where it is started, whatever the folder it is given.
    cwd: name === null ? folder : home,
    env: {
      ...process.env,
      HOME: home,
      XDG_DATA_HOME: join(home, '.local'),
      XDG_CONFIG_HOME: join(home, '.config'),
    },
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS);
  const [code, signal] = await once(child, 'exit');
  clearTimeout(timer);
  return signal === null ? code : 'hung';
}

/** What lies below `home` that the tool made for its user: dot files in its home are its own. */
async function filesBelow(home) {
  const entries = await readdir(home, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(home, join(entry.parentPath, entry.name)))
    .filter((path) => !path.startsWith('.'));
}

async function outcome(tool, fault, trust) {
  if (fault.protocol === 'h2' && !tool.http2) return 'speaks no HTTP/2';
  const place = await makePlace();
  try {
    // Where the name is the fault, the server chooses it.
    const name = fault.name.startsWith('name-') ? null : 'file';
    let code = await run(tool, fault.url, place, name, trust);
    // What broke off is tried once more, as its user would.
    if (code !== 0 && code !== 'hung' && fault.outcome !== 'failed')
      code = await run(tool, fault.url, place, name, trust);
    if (code === 'hung') return 'hung';
    const files = await filesBelow(place.home);
    const target = relative(place.home, place.folder);
    const stray = files.find((path) => dirname(path) !== target);
    if (stray !== undefined) return `**wrote outside its folder** (${relative(target, stray)})`;
    const whole = files.filter((path) => !/\.(?:aria2|tmp)$/.test(path) && !files.includes(`${path}.aria2`));
    const [path] = whole;
    const right = path !== undefined && fault.isRight(readFileSync(join(place.home, path)));
    if (code !== 0)
      return path !== undefined && !right ? 'failed, left a part under its name' : 'failed, said so';
    if (path === undefined) return 'nothing, said success';
    if (!right) return '**wrong file, said success**';
    return name === null ? `right file, \`${shown(basename(path))}\`` : 'right file';
  } finally {
    await rm(place.home, { recursive: true, force: true });
  }
}

function shown(name) {
  const text = JSON.stringify(name).slice(1, -1).replaceAll('`', "'");
  return text.length > 24 ? `${text.slice(0, 20)}… (${Buffer.byteLength(name)} bytes)` : text;
}

function versionOf({ command, version }) {
  if (version === null) return '';
  const { status, stdout } = spawnSync(command, ['--version'], { encoding: 'utf8' });
  return status === 0 ? ` ${version.exec(stdout)?.[1] ?? ''}` : null;
}

// It shares its frames with the tests of the client, whose imports have no endings.
const { startSecureFaultServer } = (await runnerImport(join(root, 'e2e/secure-fault-server.ts'))).module;

if (!buildIfStale()) process.exit(1);
const installed = tools.filter((tool) => versionOf(tool) !== null);
const cells = new Map();
let faults = [];
for (const tool of installed) {
  faults = [];
  for (const start of [startFaultServer, startRawFaultServer, startSecureFaultServer]) {
    // Each tool meets a server that remembers nothing.
    const server = await start();
    faults.push(...server.faults);
    const trust = server.certFile === undefined ? [] : tool.trust(server.certFile);
    for (const fault of server.faults) {
      const result = await outcome(tool, fault, trust);
      cells.set(`${tool.name} ${fault.about}`, result);
      process.stdout.write(`${tool.name}  ${fault.name}: ${result}\n`);
    }
    await server.close();
  }
}
const row = (columns) => `| ${columns.join(' | ')} |`;
const escape = (text) => text.replaceAll('|', '\\|');
const wrong = (tool) =>
  faults.filter(({ about }) => cells.get(`${tool.name} ${about}`)?.startsWith('**')).length;
await writeFile(
  join(root, 'docs/faults.md'),
  [
    '# What goes wrong on the way, and what comes of it',
    '',
    `\`npm run bench:faults\` puts each tool before three servers with ${faults.length} faults (\`e2e/fault-server.ts\`, \`e2e/raw-fault-server.ts\`, \`e2e/secure-fault-server.ts\`), as a careful user would run it: resuming (\`-c\`, \`-C -\`), three retries, time-outs of 3 s, and once more where it failed at first and could have healed. "May" says what can come of it at best. The tests hold Heddle to it in every mode, with 1 and with 16 workers.`,
    '',
    `Wrong files that were called done, and files written outside the folder: ${installed.map((tool) => `${tool.name} ${wrong(tool)}`).join(', ')}.`,
    '',
    row(['fault', 'may', ...installed.map((tool) => tool.name + versionOf(tool))]),
    row(['---', '---', ...installed.map(() => '---')]),
    ...faults.map(({ about, outcome: may }) =>
      row([
        escape(about),
        { right: 'right file', failed: 'fail', either: 'either' }[may],
        ...installed.map((tool) => escape(cells.get(`${tool.name} ${about}`))),
      ]),
    ),
    '',
  ].join('\n'),
);
spawnSync(process.execPath, [toolScript('prettier'), '--write', 'docs/faults.md'], { cwd: root });
