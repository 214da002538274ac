// `npm run bench`: Heddle against the tools that people use for the same, as whole processes, in turn, in one run.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, release, tmpdir, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildIfStale } from '../scripts/lib/build.cjs';
import { root, say } from '../scripts/lib/root.mjs';
import { ensureBenchPackages } from '../scripts/lib/system-packages.mjs';
import { copying } from './cases/copying.mjs';
import { downloads } from './cases/downloads.mjs';
import { hashing } from './cases/hashing.mjs';
import { passes } from './cases/passes.mjs';
import { start } from './cases/start.mjs';
import { treesOf } from './cases/trees.mjs';
import { hasTime } from './lib/measure.mjs';
import { merged } from './lib/results.mjs';
import { runCase } from './lib/run-case.mjs';
import { between, caseText, documentText, shortText, wishesText } from './lib/tables.mjs';
import { installedTools } from './lib/tools.mjs';
import { Workshop } from './lib/workshop.mjs';

const MEMORY = '/dev/shm';
const RESULTS = join(root, 'bench/results.json');
const GROUPS = [downloads, hashing, copying, passes, start];
/** Data of several cases lie side by side. */
const SPARE_BYTES = 2_500_000_000;

const USAGE = `npm run bench -- [options]
  --only TEXT     only cases whose name holds TEXT; may be given several times; keeps no results without --keep
  --keep          puts them among the results that were kept on the same day and machine
  --repeats N     runs of each that count, after one that does not (7)
  --quick         3 of them, of Heddle and what its wishes are about; keeps no results
  --install       first install the other tools from Debian's packages
  --folder DIR    where the files are (/dev/shm: in memory)
  --out FILE      where the results go (bench/results.json, which the tables in docs and README are made from)
  --scale NUMBER  that part of the files, to see that all works: 0.01; keeps no results
  --list          the cases
  --docs          make these tables anew from bench/results.json
`;

function options() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true, default: [] },
      keep: { type: 'boolean', default: false },
      repeats: { type: 'string' },
      quick: { type: 'boolean', default: false },
      install: { type: 'boolean', default: false },
      folder: { type: 'string', default: existsSync(MEMORY) ? MEMORY : tmpdir() },
      out: { type: 'string' },
      scale: { type: 'string', default: '1' },
      list: { type: 'boolean', default: false },
      docs: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const repeats = Number(values.repeats ?? (values.quick ? 3 : 7));
  if (!Number.isInteger(repeats) || repeats < 1) throw new Error(`${values.repeats} is no number of runs`);
  const scale = Number(values.scale);
  if (!(scale > 0 && scale <= 1))
    throw new Error(`${values.scale} is no part: --scale takes a number up to 1`);
  return { ...values, repeats, scale };
}

const nameOf = ({ id, group, title }) => `${id}  ${group}: ${title}`;

const allCases = (scale) => GROUPS.flatMap((casesOf) => casesOf(treesOf(scale)));

function chosen({ only, scale }) {
  const isChosen = (each) =>
    only.length === 0 || only.some((text) => nameOf(each).toLowerCase().includes(text.toLowerCase()));
  return allCases(scale).filter(isChosen);
}

function machine(folder) {
  const { stdout } = spawnSync('stat', ['-f', '-c', '%T', folder], { encoding: 'utf8' });
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    system: `${type()} ${release()}`,
    node: process.versions.node,
    fileSystem: stdout?.trim() || 'unknown',
  };
}

function writeDocuments(results) {
  for (const [file, name, text] of [
    ['docs/performance.md', 'figures', documentText(results)],
    ['README.md', 'summary', shortText(results)],
  ]) {
    const path = join(root, file);
    writeFileSync(path, between(readFileSync(path, 'utf8'), name, text));
    format(path);
  }
}

function format(path) {
  spawnSync(process.execPath, [join(root, 'node_modules/prettier/bin/prettier.cjs'), '--write', path]);
}

async function bench({ repeats, folder, out, ...choice }) {
  const startedAtMs = performance.now();
  const cases = chosen(choice);
  if (cases.length === 0) throw new Error('no case has such a name. See: npm run bench -- --list');
  if (!buildIfStale()) throw new Error('Heddle could not be built');
  const tools = installedTools();
  if (!hasTime()) say('GNU time is not installed: processor time and memory are not measured.');
  const needed = SPARE_BYTES + Math.max(...cases.map(({ neededBytes }) => neededBytes));
  const shop = await Workshop.open(folder, needed);
  const results = {
    date: new Date().toISOString(),
    heddle: { version: JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version },
    machine: machine(folder),
    tools,
    repeats,
    cases: [],
  };
  try {
    for (const each of cases) {
      const result = await runCase(each, shop, tools, { repeats, quick: choice.quick });
      results.cases.push(result);
      process.stdout.write(`${caseText(result)}\n`);
    }
  } finally {
    await shop.close();
  }
  process.stdout.write(wishesText(results));
  say(`It took ${Math.ceil((performance.now() - startedAtMs) / 60_000)} minutes.`);
  const isFull = choice.scale === 1 && !choice.quick;
  const isKept = isFull && (choice.only.length === 0 || choice.keep);
  const file = out ?? (isKept ? RESULTS : null);
  if (file === null) return;
  const ids = allCases(1).map(({ id }) => id);
  const kept = choice.keep ? merged(JSON.parse(readFileSync(RESULTS, 'utf8')), results, ids) : results;
  writeFileSync(file, `${JSON.stringify(kept, null, 2)}\n`);
  format(file);
  if (file === RESULTS) writeDocuments(kept);
}

async function main() {
  const chosenOptions = options();
  if (chosenOptions.help) process.stdout.write(USAGE);
  else if (chosenOptions.list) process.stdout.write(`${allCases(1).map(nameOf).join('\n')}\n`);
  else if (chosenOptions.docs) writeDocuments(JSON.parse(readFileSync(RESULTS, 'utf8')));
  else {
    if (chosenOptions.install && !ensureBenchPackages()) say('Going on with the tools that are there.');
    await bench(chosenOptions);
  }
}

try {
  await main();
} catch (error) {
  say(`bench: ${error.message}`);
  process.exitCode = 1;
}
