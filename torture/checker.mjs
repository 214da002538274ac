/**
 * Says what is wrong in a round's folder, a program of its own that knows nothing of Heddle but its promises:
 * `node torture/checker.mjs during|after FILE`. FILE says what there must be (see torture/works). It prints one line of JSON:
 * `{ wrong: [{ what, says }], files, bytes }`; `what` is a kind of fault: `file`, `lost`, `twice`, `left`, `row`, `database`.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { differences, snapshot } from './tree.mjs';

const TEMPORARY = /(^|\/)\.heddle-/;
const MOST_TOLD = 5;

const [when, file] = process.argv.slice(2);
const spec = JSON.parse(readFileSync(file, 'utf8'));
const result = { wrong: [], files: 0, bytes: 0 };

/** A hundred wrong files are told as the first few and a number. */
function tell(what, lines) {
  const more = lines.length > MOST_TOLD ? [`… and ${lines.length - MOST_TOLD} more`] : [];
  for (const says of [...lines.slice(0, MOST_TOLD), ...more]) result.wrong.push({ what, says });
}

const latin1 = (path) => Buffer.from(path).toString('latin1');
const readable = (path) => Buffer.from(path, 'latin1').toString();

/** A file with a final name is whole, at any moment. */
function checkWhole(target, found) {
  const allowed = target.allowed ?? {};
  for (const [path, entry] of Object.entries(found)) {
    if (entry.folder || entry.link !== undefined || entry.other || TEMPORARY.test(path)) continue;
    result.files += 1;
    result.bytes += entry.size;
    // Numbered copies, where the plan allows for work that is done twice.
    const plain = target.numbered ? path.replace(/ \(\d+\)(?=\.[^.]*$|$)/, '') : path;
    const digests = allowed[path] ?? allowed[plain];
    if (digests === undefined) tell('file', [`${readable(path)} is there and nobody asked for it`]);
    else if (!digests.includes(entry.sha256))
      tell('file', [`${readable(path)} has ${entry.size} bytes that are not its own`]);
  }
}

/** Names that are final: one that shares its file with temporary names alone has it for itself. */
function withoutTemporary(found) {
  const final = Object.entries(found).filter(([path]) => !TEMPORARY.test(path));
  const names = Map.groupBy(final, ([, { same }]) => same);
  return Object.fromEntries(
    final.map(([path, { same, ...entry }]) => {
      if (same === undefined) return [path, entry];
      const sharing = names.get(same);
      const isAlone = sharing.length === 1 && TEMPORARY.test(same);
      return [path, isAlone ? entry : { ...entry, same: sharing[0][0] }];
    }),
  );
}

function checkAfter(target, found) {
  const left = Object.keys(found).filter((path) => TEMPORARY.test(path));
  // A job that was forgotten cannot clear up.
  if (!target.numbered)
    tell(
      'left',
      left.map((path) => `${readable(path)} was left behind`),
    );
  if (target.tree !== undefined) {
    const final = withoutTemporary(found);
    const lines = differences(target.tree, final, target);
    tell('file', lines.map(readable));
    return;
  }
  const missing = Object.keys(target.needed ?? {}).filter((path) => found[path] === undefined);
  tell(
    'lost',
    missing.map((path) => `${readable(path)} is missing`),
  );
}

function checkTarget(target) {
  const found = snapshot(latin1(target.path));
  checkWhole(target, found);
  if (when === 'after') checkAfter(target, found);
}

/** A manifest has whole lines, each once; at the end all of them, and other programs read it. */
function checkManifest({ path, cwd, lines, command }) {
  if (!existsSync(path)) {
    if (when === 'after') tell('lost', [`${path} was not written`]);
    return;
  }
  const text = readFileSync(path, 'latin1');
  const found = text.split('\n');
  if (found.pop() !== '') tell('file', [`${path} ends in the middle of a line`]);
  const wrong = found.filter((line) => !lines.includes(line));
  tell(
    'file',
    wrong.map((line) => `${path} says ${line}`),
  );
  if (new Set(found).size !== found.length) tell('twice', [`${path} lists a file twice`]);
  // Until a retry has read them, it lacks what could not be read, and Heddle says so.
  if (when !== 'after') return;
  const missing = lines.filter((line) => !found.includes(line));
  tell(
    'lost',
    missing.map((line) => `${path} lacks ${line}`),
  );
  try {
    execFileSync(command, ['--check', '--quiet', '--strict', path], { cwd, stdio: 'pipe' });
  } catch (error) {
    tell('file', [`${command} does not agree with ${path}: ${error.stdout}${error.stderr}`]);
  }
}

/** Groups of files that are alike, as Heddle writes them. */
function checkGroups({ path, groups }) {
  if (!existsSync(path)) {
    if (when === 'after') tell('lost', [`${path} was not written`]);
    return;
  }
  const found = readFileSync(path, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line).paths.sort().join('\n'));
  const wanted = groups.map((group) => [...group].sort().join('\n'));
  tell(
    'file',
    found.filter((group) => !wanted.includes(group)).map((group) => `${path} has a group of ${group}`),
  );
  tell(
    'lost',
    wanted.filter((group) => !found.includes(group)).map((group) => `${path} lacks the group of ${group}`),
  );
}

/** Each task has one row, and it says what is true. */
function checkRows({ exported, rows, optional = {} }) {
  const found = new Map();
  for (const row of readFileSync(exported, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))) {
    if (found.has(row.source)) tell('twice', [`${row.source} has two rows`]);
    found.set(row.source, row);
  }
  for (const [source, { states, finding, digest }] of Object.entries(rows)) {
    const row = found.get(source);
    if (row === undefined) {
      tell('lost', [`${source} has no row`]);
      continue;
    }
    if (!states.includes(row.state))
      tell('row', [`${source} is ${row.state}, not ${states.join(' or ')}: ${JSON.stringify(row.error)}`]);
    if (finding !== undefined && row.finding !== finding)
      tell('row', [`${source} is found ${row.finding}, not ${finding}`]);
    if (digest !== undefined && row.state === 'done' && row.digests?.sha256 !== digest)
      tell('row', [`${source} has the digest ${row.digests?.sha256}, not ${digest}`]);
    found.delete(source);
  }
  for (const source of Object.keys(optional)) found.delete(source);
  tell(
    'row',
    [...found.values()].map(({ source, state }) => `${source} has a row (${state}), and nobody asked for it`),
  );
}

/** What was done was not asked for again. */
function checkRequests({ counts, done }) {
  for (const [path, before] of Object.entries(done))
    if (counts[path] > before)
      tell('twice', [`${path} was done after ${before} requests, and there were ${counts[path]}`]);
}

/** What may be in a data folder at the end. A lock that a kill left open has its journal until it is next taken. */
const DATA = [
  'heddle.db',
  'heddle.lock',
  'heddle.lock-journal',
  'instances',
  'lists',
  'logs',
  'secret.key',
  'window',
];
function checkData({ path, asides }) {
  const names = readdirSync(path).filter((name) => !DATA.includes(name));
  const extra = names.filter((name) => !(asides && /\.(damaged|emptied|corrupt)|set-aside/.test(name)));
  tell(
    'left',
    extra.map((name) => `${name} is left in the data folder`),
  );
  const locks = readdirSync(join(path, 'instances'));
  tell(
    'left',
    locks.map((name) => `instances/${name} is left in the data folder`),
  );
  const database = new DatabaseSync(join(path, 'heddle.db'), { readOnly: true });
  const [{ integrity_check: verdict }] = database.prepare('PRAGMA integrity_check').all();
  database.close();
  if (verdict !== 'ok') tell('database', [verdict]);
}

/** Nothing but what belongs there lies about beside it. */
function checkPlace({ path, names, halves = false }) {
  const extra = readdirSync(path).filter(
    (name) => !names.includes(name) && !(halves && name.startsWith('.heddle-manifest-')),
  );
  tell(
    'left',
    extra.map((name) => `${name} lies in ${path}`),
  );
}

for (const { path, tree } of spec.sources ?? [])
  tell(
    'file',
    differences(tree, snapshot(latin1(path))).map((line) => `of the source, ${readable(line)}`),
  );
for (const target of spec.targets ?? []) checkTarget(target);
for (const manifest of spec.manifests ?? []) checkManifest(manifest);
for (const list of spec.groups ?? []) checkGroups(list);
if (when === 'after') {
  for (const each of spec.rows ?? []) checkRows(each);
  for (const each of spec.requests ?? []) checkRequests(each);
  for (const place of spec.places ?? []) checkPlace(place);
  if (spec.data !== undefined) checkData(spec.data);
}
process.stdout.write(`${JSON.stringify(result)}\n`);
