/**
 * The files of hashdeep: two lines that name format and columns, `##` comments,
 * then `size,digest…,name`. Names are bytes up to the line's end; nothing is escaped.
 */
import { DIGEST_BYTES } from '../../common/model/digest-fields';
import { CHECK_ALGORITHMS, type CheckAlgorithm } from '../../common/model/digests';
import { HeddleError } from '../../common/model/errors';
import { displayPath } from '../../common/model/paths';
import { composeAround } from './byte-text';
import { lacksAlgorithm } from './manifest-digests';
import {
  digestFor,
  refuseAlgorithms,
  refuseEmptyName,
  refuseName,
  wrongDigest,
  type ManifestWriter,
  type ParsedLine,
} from './manifest-item';

const HEADER = '%%%% HASHDEEP-1.0';
/** What it writes, in its order. It has tiger and whirlpool besides, which are not known here. */
const ALGORITHMS: readonly CheckAlgorithm[] = ['md5', 'sha1', 'sha256'];

/** It has seven at most; what others add to it is read over. */
const MAX_COLUMNS = 64;

export function hashdeepWriter(algorithms: readonly CheckAlgorithm[]): ManifestWriter {
  if (algorithms.length === 0 || !algorithms.every((algorithm) => ALGORITHMS.includes(algorithm))) {
    refuseAlgorithms('hashdeep', 'md5, sha1 and sha256', 'Use these, or the bsd or json format.');
  }
  const columns = ALGORITHMS.filter((algorithm) => algorithms.includes(algorithm));
  return {
    begin: () => `${HEADER}\n%%%% size,${columns.join(',')},filename\n## Written by Heddle\n## \n`,
    entry(entry) {
      refuseEmptyName('hashdeep', entry.name);
      if (entry.size === null) {
        throw new HeddleError(
          'manifest-incomplete',
          `The size of ${displayPath(entry.name)} is not known, so a hashdeep file would lack it.`,
        );
      }
      const values = [entry.size, ...columns.map((algorithm) => digestFor(entry, algorithm))];
      return composeAround(entry.name, (name) => {
        if (name.includes('\n')) refuseName('hashdeep', entry.name, 'a line feed in a name');
        if (name.endsWith('\r')) refuseName('hashdeep', entry.name, 'a carriage return at the end of a name');
        return `${values.join(',')},${name}\n`;
      });
    },
    end: () => '',
  };
}

/** @param head the beginning of the file, without white space before it */
export function isHashdeep(head: string): boolean {
  return head.startsWith('%%%% HASHDEEP');
}

/** Reads the lines of one file, in order. */
export class HashdeepLines {
  #columns: readonly string[] = [];

  /** By column; `null` where it holds no digest of an algorithm that is known. */
  #algorithms: readonly (CheckAlgorithm | null)[] = [];

  /** @returns `null` for what is no entry: headers and comments */
  read(line: string): ParsedLine {
    if (line === '' || line.startsWith('##')) return null;
    if (line.startsWith('%%%%')) return this.#readHeader(line);
    const values: string[] = [];
    let at = 0;
    for (const column of this.#columns.slice(0, -1)) {
      const end = line.indexOf(',', at);
      if (end === -1) return { fault: `has no ${column}` };
      values.push(line.slice(at, end));
      at = end + 1;
    }
    if (this.#columns.length === 0) return { fault: 'comes before the line that names the columns' };
    return this.#entry(values, line.slice(at));
  }

  #readHeader(line: string): ParsedLine {
    if (isHashdeep(line))
      return line === HEADER ? null : { fault: 'names another version of hashdeep than 1.0' };
    const columns = line.slice('%%%%'.length).trim().toLowerCase().split(',');
    this.#columns = [];
    if (columns.length > MAX_COLUMNS) return { fault: `names more than ${MAX_COLUMNS} columns` };
    if (columns.at(-1) !== 'filename') return { fault: 'does not end in the column “filename”' };
    this.#columns = columns;
    this.#algorithms = columns.map(
      (column) => CHECK_ALGORITHMS.find((algorithm) => algorithm === column) ?? null,
    );
    return null;
  }

  #entry(values: readonly string[], name: string): ParsedLine {
    if (name === '') return { fault: 'names no file' };
    const digests: Partial<Record<CheckAlgorithm, string>> = {};
    let size: number | undefined;
    for (const [index, value] of values.entries()) {
      const column = this.#columns[index];
      if (column === 'size') {
        size = Number(value);
        if (!/^\d+$/u.test(value) || !Number.isSafeInteger(size)) return { fault: 'has an invalid size' };
      }
      const algorithm = this.#algorithms[index] ?? null;
      if (algorithm === null) continue;
      if (value.length !== DIGEST_BYTES[algorithm] * 2 || !/^[0-9a-f]+$/iu.test(value)) {
        return { fault: wrongDigest(algorithm) };
      }
      digests[algorithm] = value.toLowerCase();
    }
    if (Object.keys(digests).length === 0) {
      const others = this.#columns.filter((column) => column !== 'size' && column !== 'filename');
      return { fault: lacksAlgorithm(others.join(', ') || 'digest of no name') };
    }
    return { name, digests, alternatives: [], ...(size === undefined ? {} : { size }) };
  }
}
