/** What a round has Heddle do, with what there must be in the end: a file that the checker reads. */
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { contentOf, sha256 } from './content.mjs';
import { makeTree, snapshot } from './tree.mjs';

const SOUND = ['ok', 'ok', 'ok', 'plain', 'chunked'];
const PASSING = ['busy', 'broken', 'reset', 'short', 'cut', 'garbage', 'refuse', 'changes'];
/** They cost a second each. */
const SLOW = ['stall', 'silent'];
const ENDLESS = ['gone', 'lies'];

const latin1 = (path) => Buffer.from(path).toString('latin1');
const native = (path) => Buffer.from(path, 'latin1');

/** A path as Heddle shows it: what is no UTF-8 as `\xNN`. */
function shown(path) {
  const bytes = native(path);
  const text = bytes.toString();
  if (Buffer.from(text).equals(bytes)) return text;
  return text.replaceAll('\ufffd', '\\xff');
}

const files = (tree) => Object.entries(tree).filter(([, { sha256: digest }]) => digest !== undefined);

/** @returns rows of all files and links of a tree, by what each is */
function rowsOf(root, tree, rowOf) {
  return Object.fromEntries(
    Object.entries(tree)
      .map(([path, entry]) => [
        shown(path === '.' ? latin1(root) : `${latin1(root)}/${path}`),
        rowOf(entry, path),
      ])
      .filter(([, row]) => row !== null),
  );
}

function listLine(digest, name) {
  const escaped = name.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
  return `${escaped === name ? '' : '\\'}${digest}  ${escaped}`;
}

function someTree(random, place, name, extra = {}) {
  const plan = {
    files: random.spread(20, 400),
    most: random.pick([50_000, 2_000_000]),
    odd: random.chance(0.5),
  };
  makeTree(latin1(`${place}/${name}`), random, { ...plan, seed: place, ...extra });
  return snapshot(latin1(`${place}/${name}`));
}

function download(random, place, { origin, seed, proxy }) {
  const count = random.spread(5, 60);
  const existing = random.weighted([
    [6, 'number'],
    [2, 'overwrite'],
    [1, 'skip'],
  ]);
  const withSums = random.chance(0.5);
  const [rows, allowed, needed, list] = [{}, {}, {}, []];
  mkdirSync(`${place}/out`, { recursive: true });
  let slow = 0;
  for (let index = 0; index < count; index++) {
    const size = random.chance(0.05) ? random.integer(1_000_000, 5_000_000) : random.spread(1, 300_000);
    let fault = random.weighted([
      [60, random.pick(SOUND)],
      [30, random.pick(withSums ? [...PASSING, 'wrong'] : PASSING)],
      [2, random.pick(SLOW)],
      [5, random.pick(ENDLESS)],
    ]);
    if (SLOW.includes(fault) && ++slow > 2) fault = 'ok';
    // An answer without a length is whole where it ends; one that is short of nothing cannot be told.
    const name = `${seed}-${index}.bin`.replaceAll(/[^\w.-]/g, '-');
    const path = `/${fault}/${random.integer(1, 4)}/${size}/${name}`;
    const url = `${origin}${path}`;
    const bytes = contentOf(name, size);
    const digest = sha256(bytes);
    list.push(
      url,
      ...((withSums && fault !== 'lies' && random.chance(0.8)) || fault === 'wrong'
        ? [` checksum=sha-256=${digest}`]
        : []),
    );
    const isThere = random.chance(existing === 'number' ? 0.03 : 0.2);
    const old = contentOf(`old ${name}`, 1234);
    if (isThere) writeFileSync(`${place}/out/${name}`, old);
    const ends = ENDLESS.includes(fault) ? ['failed'] : ['done'];
    if (isThere && existing === 'skip') {
      rows[url] = { states: ['skipped'] };
      allowed[name] = [sha256(old)];
      needed[name] = true;
      continue;
    }
    rows[url] = { states: ends };
    const target = isThere && existing === 'number' ? name.replace('.bin', ' (1).bin') : name;
    if (isThere) allowed[name] = [sha256(old)];
    if (isThere) needed[name] = true;
    if (ends[0] === 'done') {
      allowed[target] = [...(allowed[target] ?? []), digest];
      needed[target] = true;
    }
  }
  writeFileSync(`${place}/list.txt`, `${list.join('\n')}\n`);
  const times = ['--retry', '2', '--retry-base', '20', '--stall-timeout', '1', '--header-timeout', '1'];
  const via = proxy === null ? [] : ['--proxy', proxy];
  return {
    args: ['download', '-i', 'list.txt', '-d', 'out', '--existing', existing, ...times, ...via],
    request: {
      kind: 'download',
      urls: [],
      text: null,
      listFiles: [`${place}/list.txt`],
      directory: `${place}/out`,
      options: { existing },
    },
    folder: `${place}/out`,
    names: ['list.txt', 'out'],
    spec: { targets: [{ path: `${place}/out`, allowed, needed }], rows },
  };
}

function hash(random, place) {
  const tree = someTree(random, place, 'tree', { links: true });
  const algorithm = random.pick(['sha256', 'md5', 'sha512']);
  const digestOf = (path) =>
    createHash(algorithm)
      .update(readFileSync(native(`${latin1(place)}/tree/${path}`)))
      .digest('hex');
  const lines = files(tree).map(([path]) => listLine(digestOf(path), `tree/${path}`));
  const rows = rowsOf(`${place}/tree`, tree, ({ folder, link, sha256: digest }) => {
    if (folder) return null;
    if (link !== undefined) return { states: ['skipped'] };
    return { states: ['done'], ...(algorithm === 'sha256' ? { digest } : {}) };
  });
  return {
    args: ['hash', '-a', algorithm, '-o', 'SUMS', '--format', 'gnu', 'tree'],
    request: {
      kind: 'hash',
      paths: [`${place}/tree`],
      algorithms: [algorithm],
      manifest: { path: `${place}/SUMS`, format: 'gnu' },
    },
    folder: `${place}/tree`,
    source: `${place}/tree`,
    names: ['tree', 'SUMS'],
    spec: {
      sources: [{ path: `${place}/tree`, tree }],
      manifests: [{ path: `${place}/SUMS`, cwd: place, lines, command: `${algorithm}sum` }],
      rows,
    },
  };
}

/** @returns what was done to some of a tree's files */
function spoil(random, root, tree) {
  const done = {};
  for (const [path, { size, mode }] of files(tree)) {
    if (size === 0 || (mode & 0o200) === 0 || !random.chance(0.1)) continue;
    const at = native(`${latin1(root)}/${path}`);
    done[path] = random.pick(['changed', 'missing']);
    if (done[path] === 'missing') rmSync(at);
    else writeFileSync(at, contentOf(`spoilt ${path}`, size));
  }
  return done;
}

function verify(random, place) {
  const before = someTree(random, place, 'tree');
  const lines = files(before).map(([path]) => {
    const content = readFileSync(native(`${latin1(place)}/tree/${path}`));
    return listLine(sha256(content), `tree/${path}`);
  });
  writeFileSync(`${place}/SUMS`, `${lines.join('\n')}\n`, 'latin1');
  const spoilt = spoil(random, `${place}/tree`, before);
  const rows = rowsOf(`${place}/tree`, before, (entry, path) => {
    if (entry.sha256 === undefined) return null;
    const finding = spoilt[path] ?? 'ok';
    return { states: [finding === 'ok' ? 'done' : 'failed'], finding };
  });
  return {
    args: ['verify', 'SUMS'],
    request: { kind: 'verify', manifest: `${place}/SUMS`, root: null },
    folder: place,
    source: `${place}/tree`,
    names: ['tree', 'SUMS'],
    spec: { sources: [{ path: `${place}/tree`, tree: snapshot(latin1(`${place}/tree`)) }], rows },
  };
}

/** What a file may hold while it is being replaced: the old or the new. */
function allowedIn(...trees) {
  const allowed = {};
  for (const tree of trees)
    for (const [path, { sha256: digest }] of files(tree)) (allowed[path] ??= []).push(digest);
  return allowed;
}

/** Some of the files as they are, some older and different, and some that are nowhere else. */
function makeOlder(random, place, extra) {
  const source = `${place}/tree`;
  cpSync(source, `${place}/out`, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  spoil(random, `${place}/out`, snapshot(latin1(source)));
  if (!extra) return;
  for (let index = random.integer(1, 30); index > 0; index--) {
    const folder = `${place}/out/${random.pick(['', 'more/', 'more/deep/', 'd0/'])}`;
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}extra${index}`, contentOf(`extra ${index}`, random.spread(1, 20_000)));
  }
}

function copyWork(random, place, isMirror) {
  // What is copied by the machine here has names that it knows.
  const isOlder = isMirror || random.chance(0.3);
  const tree = someTree(random, place, 'tree', isOlder ? { odd: false } : { links: true });
  if (isOlder) makeOlder(random, place, isMirror);
  const before = isOlder ? snapshot(latin1(`${place}/out`)) : {};
  const flags = [
    ...(random.chance(0.3) ? ['--verify'] : []),
    ...(random.chance(0.2) ? ['--no-sync'] : []),
    ...(isOlder ? ['--existing', 'overwrite'] : []),
    ...(isMirror ? ['--mirror', '--yes'] : []),
  ];
  const options = {
    verify: flags.includes('--verify'),
    sync: !flags.includes('--no-sync'),
    mirror: isMirror,
    ...(isOlder ? { existing: 'overwrite' } : {}),
  };
  const rows = rowsOf(`${place}/tree`, tree, ({ folder }) =>
    folder ? null : { states: ['done', 'skipped'] },
  );
  const folders = rowsOf(`${place}/tree`, { ...before, ...tree }, (entry, path) =>
    entry.folder || (isMirror && tree[path] === undefined) ? { states: ['done', 'skipped'] } : null,
  );
  const target = { path: `${place}/out`, tree, allowed: allowedIn(tree, before), times: true };
  return {
    args: ['copy', ...flags, 'tree/', 'out'],
    request: {
      kind: 'copy',
      sources: [`${place}/tree`],
      destination: `${place}/out`,
      layout: 'contents',
      options,
    },
    folder: `${place}/out`,
    source: `${place}/tree`,
    names: ['tree', 'out'],
    spec: { sources: [{ path: `${place}/tree`, tree }], targets: [target], rows, folders },
  };
}

function duplicates(random, place) {
  const tree = someTree(random, place, 'tree');
  const byContent = Object.groupBy(
    files(tree).filter(([, { size }]) => size > 0),
    ([, { sha256: digest }]) => digest,
  );
  const groups = Object.values(byContent)
    .filter((group) => group.length > 1)
    .map((group) => group.map(([path]) => shown(`${latin1(place)}/tree/${path}`)));
  const alike = new Set(groups.flat());
  const rows = rowsOf(`${place}/tree`, tree, ({ size, sha256: digest }, path) => {
    if (digest === undefined) return null;
    if (size === 0) return { states: ['done', 'skipped'] };
    const isAlike = alike.has(shown(`${latin1(place)}/tree/${path}`));
    return { states: ['done'], finding: isAlike ? 'duplicate' : 'unique' };
  });
  return {
    args: ['duplicates', '-o', 'groups.jsonl', 'tree'],
    // The window has no file of groups.
    request: null,
    folder: `${place}/tree`,
    source: `${place}/tree`,
    names: ['tree', 'groups.jsonl'],
    // It is written by the command that ends, which may have been killed: the rows are what is stored.
    spec: { sources: [{ path: `${place}/tree`, tree }], rows },
  };
}

function folders(random, place) {
  const left = someTree(random, place, 'tree', { odd: false });
  cpSync(`${place}/tree`, `${place}/right`, { recursive: true, preserveTimestamps: true });
  const spoilt = spoil(random, `${place}/right`, left);
  const right = snapshot(latin1(`${place}/right`));
  const rows = rowsOf(`${place}/tree`, left, (entry, path) => {
    if (entry.sha256 === undefined) return null;
    const finding = { changed: 'different', missing: 'only-left' }[spoilt[path]] ?? 'same';
    return { states: [finding === 'same' ? 'done' : 'failed'], finding };
  });
  return {
    args: ['verify', 'tree', 'right'],
    request: { kind: 'verify', manifest: `${place}/tree`, root: `${place}/right` },
    // A comparison that found one side gone says so, and is made anew.
    folder: `${place}/right`,
    names: ['tree', 'right'],
    spec: {
      sources: [
        { path: `${place}/tree`, tree: left },
        { path: `${place}/right`, tree: right },
      ],
      rows,
    },
  };
}

const KINDS = {
  download,
  hash,
  verify,
  copy: (random, place) => copyWork(random, place, false),
  mirror: (random, place) => copyWork(random, place, true),
  duplicates,
  folders,
};

export const KIND_NAMES = Object.keys(KINDS);

/**
 * Makes the files that a piece of work is about.
 *
 * @param {string} place a folder that is there, and empty
 * @returns what Heddle is to do (`args` for the terminal, `request` for the window), the names that may lie in the place at
 *   the end, the folder that the job is about, by which it is known in `heddle jobs`, and what there must be (`spec`)
 */
export function makeWork(kind, random, place, servers) {
  const work = KINDS[kind](random, place, servers);
  return { kind, place, ...work, tasks: Object.keys(work.spec.rows).length };
}
