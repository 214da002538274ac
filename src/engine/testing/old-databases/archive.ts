/**
 * A database and the files of its jobs in one archive that can be unpacked anywhere. In the SQL stand, for what differs
 * from place to place, `{{root}}`, `{{loose}}` (the same, as names are folded), `{{host}}` (of the server), `{{file:PATH}}` (device and inode), `{{version:PATH}}`
 * (these with size and times), `{{sha256:TEXT}}` and `{{sealed:BYTES}}` (both in base64).
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import SqliteDatabase from 'better-sqlite3';
import { loosePath } from '../../../files/folded-names';
import { Vault } from '../../store/vault';

const MOST_BYTES = 512 * 1024 * 1024;

/** What is to be known of an archive beside its SQL. */
export interface About {
  /** As it was when the archive was made: sealed texts have it. */
  readonly root: string;
  readonly host: string;
  /** Ids of jobs by what they are there for. */
  readonly jobs: Readonly<Record<string, number>>;
}

/** @param hashed texts of which the database has digests */
export function pack(path: string, about: About, hashed: readonly string[]): void {
  const { root, host } = about;
  const stage = mkdtempSync(join(tmpdir(), 'heddle-stage-'));
  execFileSync('cp', ['-a', root, join(stage, 'root')]);
  // With the identities that are in the database.
  const sql = dump(root, host, hashed);
  for (const name of readdirSync(join(stage, 'root', 'data')))
    if (name.startsWith('heddle.db')) rmSync(join(stage, 'root', 'data', name));
  writeFileSync(join(stage, 'database.sql'), sql);
  writeFileSync(join(stage, 'about.json'), JSON.stringify(about));
  const archive = execFileSync('tar', ['-c', '--format=pax', '--owner=0', '--group=0', '-C', stage, '.'], {
    maxBuffer: MOST_BYTES,
  });
  writeFileSync(
    path,
    brotliCompressSync(archive, {
      params: { [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_QUALITY]: 9 },
    }),
  );
  rmSync(stage, { recursive: true });
}

/**
 * @param folder gets what was there: `root/data` is the engine's own
 * @param host where the server is this time
 */
export async function unpack(path: string, folder: string, host: string): Promise<About> {
  const archive = brotliDecompressSync(readFileSync(path));
  execFileSync('tar', ['-x', '-p', '--no-same-owner', '-C', folder], { input: archive });
  const old = JSON.parse(readFileSync(join(folder, 'about.json'), 'utf8')) as About;
  const root = join(folder, 'root');
  const vault = new Vault(join(root, 'data'));
  const moved = (text: string): string => text.replaceAll(old.root, root).replaceAll(old.host, host);
  for (const list of await openLists(root, vault)) {
    const sealing = vault.sealing();
    sealing.end(moved(list.text));
    writeFileSync(list.path, await whole(sealing));
  }
  const sql = readFileSync(join(folder, 'database.sql'), 'utf8').replaceAll(
    /\{\{(\w+)(?::([^}]*))?\}\}/gu,
    (_, what: string, of: string | undefined = '') => {
      const bytes = Buffer.from(of, 'base64');
      switch (what) {
        case 'root':
          return root;
        case 'loose':
          return loosePath(root);
        case 'host':
          return host;
        case 'file':
          return identityOf(join(root, of)).file;
        case 'version':
          return identityOf(join(root, of)).version;
        case 'sha256':
          return sha256(moved(bytes.toString()));
        case 'sealed':
          return `X'${vault.seal(moved(vault.open(bytes))).toString('hex')}'`;
        default:
          throw new Error(`${what} stands for nothing.`);
      }
    },
  );
  const database = new SqliteDatabase(join(root, 'data', 'heddle.db'));
  database.exec(sql);
  database.close();
  return old;
}

async function openLists(root: string, vault: Vault): Promise<{ path: string; text: string }[]> {
  const folder = join(root, 'data', 'lists');
  if (!existsSync(folder)) return [];
  const lists = readdirSync(folder).filter((name) => name.endsWith('.list'));
  return Promise.all(
    lists.map(async (name) => {
      const path = join(folder, name);
      return { path, text: (await whole(vault.openFile(path))).toString() };
    }),
  );
}

async function whole(chunks: AsyncIterable<unknown>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(chunk as Buffer);
  return Buffer.concat(all);
}

function identityOf(path: string): { readonly file: string; readonly version: string } {
  const { dev, ino, size, mtimeNs, ctimeNs } = lstatSync(path, { bigint: true });
  return { file: `${dev}:${ino}`, version: `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}` };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** All that is in a database, as SQL. */
function dump(root: string, host: string, hashed: readonly string[]): string {
  const database = new SqliteDatabase(join(root, 'data', 'heddle.db'));
  const vault = new Vault(join(root, 'data'));
  const known = new Map(hashed.map((text) => [sha256(text), `{{sha256:${base64(text)}}}`]));
  for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    // A path that is no UTF-8 cannot be asked for by this name.
    if (name.startsWith('data/') || !existsSync(join(root, name))) continue;
    const { file, version } = identityOf(join(root, name));
    known.set(file, `{{file:${name}}}`);
    known.set(version, `{{version:${name}}}`);
  }
  const text = (value: string): string =>
    value
      .replaceAll(/\b(?:[0-9a-f]{64}|\d+:\d+:\d+:\d+:\d+|\d+:\d+)\b/gu, (found) => known.get(found) ?? found)
      .replaceAll(root, '{{root}}')
      .replaceAll(loosePath(root), '{{loose}}')
      .replaceAll(host, '{{host}}')
      .replaceAll("'", "''");
  const literal = (value: unknown): string => {
    if (value === null) return 'NULL';
    if (typeof value === 'number') return Number.isInteger(value) ? String(value) : value.toPrecision(17);
    if (typeof value === 'string') return `'${text(value)}'`;
    const bytes = value as Buffer;
    if (isSealed(vault, bytes)) return `{{sealed:${bytes.toString('base64')}}}`;
    if (bytes.subarray(0, root.length).toString() === root)
      return `CAST('{{root}}' || X'${bytes.subarray(root.length).toString('hex')}' AS BLOB)`;
    return `X'${bytes.toString('hex')}'`;
  };
  const schema = database
    .prepare<[], { type: string; name: string; sql: string }>(
      "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type = 'index', rowid",
    )
    .all();
  const lines = ['PRAGMA foreign_keys = OFF;', 'BEGIN;'];
  for (const { name, sql } of schema) if (!name.startsWith('sqlite_')) lines.push(`${sql};`);
  for (const { type, name } of schema) {
    if (type !== 'table') continue;
    for (const row of database.prepare<[], unknown[]>(`SELECT * FROM ${name}`).raw().iterate())
      lines.push(`INSERT INTO ${name} VALUES (${row.map(literal).join(', ')});`);
  }
  lines.push(
    'COMMIT;',
    `PRAGMA user_version = ${String(database.pragma('user_version', { simple: true }))};`,
    '',
  );
  database.close();
  return lines.join('\n');
}

function isSealed(vault: Vault, bytes: Buffer): boolean {
  try {
    vault.open(bytes);
    return true;
  } catch {
    return false;
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
