// `npm run bench:faults`: every fault of the tests' server against other tools, as a careful user runs them, and again
// where they failed at first. Writes docs/faults.md.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFaultServer } from '../e2e/fault-server.ts';
import { buildIfStale } from '../scripts/lib/build.cjs';
import { root } from '../scripts/lib/root.mjs';

const TIMEOUT_MS = 20_000;

const tools = [
  {
    name: 'aria2',
    command: 'aria2c',
    version: /aria2 version (\S+)/,
    args: (url, folder) => [
      '-q',
      '-c',
      '-d',
      folder,
      '-o',
      'file',
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
    version: /curl (\S+)/,
    args: (url, folder) => [
      '-sS',
      '-f',
      '-L',
      '-C',
      '-',
      '--retry',
      '3',
      '--retry-delay',
      '1',
      '--speed-time',
      '3',
      '--speed-limit',
      '1',
      '-o',
      join(folder, 'file'),
      url,
    ],
  },
  {
    name: 'wget2',
    command: 'wget2',
    version: /Wget2 (\S+)/,
    args: (url, folder) => [
      '-q',
      '-c',
      '--tries=3',
      '--waitretry=1',
      '--timeout=3',
      '-O',
      join(folder, 'file'),
      url,
    ],
  },
  {
    name: 'Heddle',
    command: process.execPath,
    version: null,
    args: (url, folder) => [
      join(root, 'out/main/cli.cjs'),
      'download',
      '--quiet',
      '--retry',
      '3',
      '--stall-timeout',
      '3',
      '--header-timeout',
      '3',
      '-o',
      'file',
      '-d',
      folder,
      '--data-dir',
      `${folder}-data`,
      url,
    ],
  },
];

async function run(tool, url, folder) {
  const child = spawn(tool.command, tool.args(url, folder), { stdio: 'ignore' });
  const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS);
  const [code, signal] = await once(child, 'exit');
  clearTimeout(timer);
  return signal === null ? code : 'hung';
}

async function outcome(tool, fault) {
  const folder = await mkdtemp(join(tmpdir(), 'heddle-faults-'));
  try {
    let code = await run(tool, fault.url, folder);
    // What broke off is tried once more, as its user would.
    if (code !== 0 && code !== 'hung' && fault.outcome !== 'failed')
      code = await run(tool, fault.url, folder);
    const file = join(folder, 'file');
    const right = existsSync(file) && fault.isRight(readFileSync(file));
    if (code === 'hung') return 'hung';
    if (code === 0)
      return right
        ? 'right file'
        : existsSync(file)
          ? '**wrong file, said success**'
          : 'nothing, said success';
    return existsSync(file) && !existsSync(`${file}.aria2`) && !right
      ? 'failed, left a part under its name'
      : 'failed, said so';
  } finally {
    await rm(folder, { recursive: true, force: true });
    await rm(`${folder}-data`, { recursive: true, force: true });
  }
}

function versionOf({ command, version }) {
  if (version === null) return '';
  const { status, stdout } = spawnSync(command, ['--version'], { encoding: 'utf8' });
  return status === 0 ? ` ${version.exec(stdout)?.[1] ?? ''}` : null;
}

if (!buildIfStale()) process.exit(1);
const installed = tools.filter((tool) => versionOf(tool) !== null);
const cells = new Map();
let faults = [];
for (const tool of installed) {
  // Each tool meets a server that remembers nothing.
  const server = await startFaultServer();
  faults = server.faults;
  for (const fault of server.faults) {
    const result = await outcome(tool, fault);
    cells.set(`${tool.name} ${fault.name}`, result);
    process.stdout.write(`${tool.name}  ${fault.name}: ${result}\n`);
  }
  await server.close();
}
const row = (columns) => `| ${columns.join(' | ')} |`;
const escape = (text) => text.replaceAll('|', '\\|');
const wrong = (tool) =>
  faults.filter(({ name }) => cells.get(`${tool.name} ${name}`)?.includes('wrong file')).length;
await writeFile(
  join(root, 'docs/faults.md'),
  [
    '# What goes wrong on the way, and what comes of it',
    '',
    `\`npm run bench:faults\` puts each tool before a server with ${faults.length} faults (\`e2e/fault-server.ts\`), as a careful user would run it: resuming (\`-c\`, \`-C -\`), three retries, time-outs of 3 s, and once more where it failed at first and could have healed. "May" says what can come of it at best. The tests hold Heddle to it in every mode, with 1 and with 16 workers.`,
    '',
    `Wrong files that were called done: ${installed.map((tool) => `${tool.name} ${wrong(tool)}`).join(', ')}.`,
    '',
    row(['fault', 'may', ...installed.map((tool) => tool.name + versionOf(tool))]),
    row(['---', '---', ...installed.map(() => '---')]),
    ...faults.map(({ name, about, outcome: may }) =>
      row([
        escape(about),
        { right: 'right file', failed: 'fail', either: 'either' }[may],
        ...installed.map((tool) => cells.get(`${tool.name} ${name}`)),
      ]),
    ),
    '',
  ].join('\n'),
);
spawnSync('npx', ['prettier', '--write', 'docs/faults.md'], { cwd: root });
