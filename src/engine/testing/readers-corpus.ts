/** Small inputs of each reader that are read in ways of their own, and those that failed once: in the repository. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** One character a byte, the shortest first. */
export const CORPORA = join(import.meta.dirname, 'readers-corpus.json');

/** By the names of the readers. */
export type Corpora = Readonly<Record<string, readonly string[]>>;

export function readCorpora(): Corpora {
  return JSON.parse(readFileSync(CORPORA, 'utf8')) as Corpora;
}

/** @param inputs in place of what was there */
export function writeCorpus(reader: string, inputs: readonly string[]): void {
  const corpora: Corpora = { ...readCorpora(), [reader]: [...new Set(inputs)].sort(byLength) };
  writeFileSync(CORPORA, `${JSON.stringify(corpora, null, 2)}\n`);
}

function byLength(one: string, other: string): number {
  return one.length - other.length || (one < other ? -1 : 1);
}
