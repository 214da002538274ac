/**
 * Lists that went wrong in every way: some thousand in the tests, as many as there is time for with `npm run fuzz`, which
 * keeps those that are read in a new way beside it.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LIST_FORMATS } from '../../common/model/download';
import { growthOf } from '../testing/growth';
import { readList } from './read-list';
import { FORMATS, mutated, PIECES, randomFrom, someOf, waysOf, wrongWith } from './list-fuzzing';

const CORPUS = join(import.meta.dirname, 'fuzz-corpus');
const MINUTES = Number(process.env['HEDDLE_FUZZ_MINUTES'] ?? 0);
const RUNS = 4000;
const TURN = 10;
const MOST_BYTES = 20_000;
/** A find that is larger tells no more. */
const MOST_KEPT_BYTES = 3000;

const corpus: readonly Buffer[] = readdirSync(CORPUS)
  .sort()
  .map((name) => readFileSync(join(CORPUS, name)));

test('every list of the corpus is read, and nothing is made up', async () => {
  expect(corpus.length).toBeGreaterThan(LIST_FORMATS.length);
  const random = randomFrom(1);
  for (const list of corpus)
    for (const format of [null, ...LIST_FORMATS])
      expect({ list: list.toString(), format, ...(await wrongWith(list, format, random)) }).toMatchObject({
        wrong: null,
      });
});

test('whatever is done to a list, it is read', { timeout: (MINUTES + 2) * 60_000 }, async () => {
  // The tests try the same lists each time: what is new is looked for with time for it.
  const usual = MINUTES > 0 ? Math.floor(Math.random() * 2 ** 31) : 1;
  const seed = Number(process.env['HEDDLE_FUZZ_SEED'] ?? usual);
  const random = randomFrom(seed);
  const lists = [...corpus];
  const ways = new Set<string>();
  for (const list of lists)
    for (const format of FORMATS)
      for (const way of waysOf((await wrongWith(list, format, random)).read)) ways.add(way);
  const until = performance.now() + MINUTES * 60_000;
  for (let run = 0; MINUTES > 0 ? performance.now() < until : run < RUNS; run++) {
    const list = mutated(lists[Math.floor(random() * lists.length)] ?? Buffer.alloc(0), lists, random);
    if (list.length > MOST_BYTES) continue;
    // Some memory is given back between turns of the event loop alone.
    if (run % TURN === 0) await new Promise((resolve) => setImmediate(resolve));
    const format = FORMATS[Math.floor(random() * FORMATS.length)] ?? null;
    const { wrong, read } = await wrongWith(list, format, random);
    if (wrong !== null && MINUTES > 0) keep(list, 'failed');
    expect({ seed, run, format, list: list.toString('base64'), wrong }).toMatchObject({ wrong: null });
    const before = ways.size;
    if (list.length <= MOST_KEPT_BYTES) for (const way of waysOf(read)) ways.add(way);
    if (ways.size === before) continue;
    lists.push(list);
    if (MINUTES > 0) keep(list, 'found');
  }
});

function keep(list: Buffer, why: string): void {
  mkdirSync(CORPUS, { recursive: true });
  writeFileSync(join(CORPUS, `${why}-${createHash('sha256').update(list).digest('hex').slice(0, 12)}`), list);
}

/** Runs of these are what patterns go back over. */
const HOSTILE = [
  ' ',
  '\t',
  '\r',
  '\n',
  '"',
  "'",
  '\\',
  '[',
  '<',
  '(',
  '`',
  ',',
  ' #',
  'a ',
  '](',
  '<a ',
  '&#',
  '{"a":',
  '=',
];
const STARTS = [
  'http://a/',
  'curl "http://a/',
  '<a href="',
  '["',
  '{"url":"',
  '{"url":',
  'fetch("a", {',
  '- [a](',
  '<urlset>',
];
const LENGTH = 16_384;

test.each(LIST_FORMATS)(
  '%s: four times the list is no more than some four times the work',
  async (format) => {
    const random = randomFrom(MINUTES > 0 ? Date.now() : 1);
    for (const start of ['', ...someOf(STARTS, 1, random)])
      for (const piece of [...HOSTILE, ...someOf(PIECES, 10, random)]) {
        const list = (characters: number): string =>
          start + piece.repeat(Math.ceil(characters / piece.length));
        const growth = await growthOf(LENGTH, (characters) =>
          readList(Buffer.from(list(characters)), { format }),
        );
        expect({ start, piece, ...growth }).toMatchObject({ isLinear: true });
      }
  },
);
