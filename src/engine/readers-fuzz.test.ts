/**
 * Small readers of what others wrote (servers' fields, files of cookies and logins, rules, manifests): whatever is done to
 * what they read, they give an answer or say what is wrong, and their work grows with it and no faster. `npm run fuzz --
 * readers` has more time for it.
 */
import { expect, test } from 'vitest';
import { HeddleError } from '../common/model/errors';
import { mutated, randomFrom } from './formats/list-fuzzing';
import { growthOf } from './testing/growth';
import { readCorpora, writeCorpus } from './testing/readers-corpus';
import { READERS, type Reader } from './testing/readers';

const MINUTES = Number(process.env['HEDDLE_FUZZ_MINUTES'] ?? 0);
const RUNS = 400;
const MOST_BYTES = 4000;
const LENGTH = 32_768;

function corpusOf(name: string): Buffer[] {
  return [...(READERS[name]?.seeds ?? []), ...(readCorpora()[name] ?? [])].map((text) =>
    Buffer.from(text, 'latin1'),
  );
}

function piecesOf({ pieces }: Reader): string[] {
  return pieces?.split('|') ?? [];
}

/** @returns what went wrong with it; `null`: nothing, or a fault that is told */
async function wrongWith({ read }: Reader, bytes: Buffer): Promise<string | null> {
  try {
    await read(bytes.toString('latin1'));
    return null;
  } catch (error) {
    return error instanceof HeddleError ? null : error instanceof Error ? (error.stack ?? '') : String(error);
  }
}

const named = Object.entries(READERS);

test('each reader has a corpus', () => {
  expect(Object.keys(readCorpora()).sort()).toEqual(Object.keys(READERS).sort());
});

test.each(named)('%s: what is saved is read', async (name, reader) => {
  const wrong: string[] = [];
  for (const bytes of corpusOf(name)) {
    const why = await wrongWith(reader, bytes);
    if (why !== null) wrong.push(`${bytes.toString('base64')}: ${why}`);
  }
  expect(wrong).toEqual([]);
});

test.each(named)(
  '%s: whatever is done to it, it is read',
  { timeout: (MINUTES + 2) * 60_000 },
  async (name, reader) => {
    const seed = Number(
      process.env['HEDDLE_FUZZ_SEED'] ?? (MINUTES > 0 ? Math.floor(Math.random() * 2 ** 31) : 1),
    );
    const random = randomFrom(seed);
    const corpus = corpusOf(name);
    const parts = [...corpus, ...piecesOf(reader).map((piece) => Buffer.from(piece, 'latin1'))];
    const until = performance.now() + (MINUTES * 60_000) / named.length;
    for (let run = 0; MINUTES > 0 ? performance.now() < until : run < RUNS; run++) {
      const from = corpus[Math.floor(random() * corpus.length)] ?? Buffer.alloc(0);
      const bytes = mutated(from, parts, random).subarray(0, MOST_BYTES);
      const wrong = await wrongWith(reader, bytes);
      if (wrong !== null && MINUTES > 0)
        writeCorpus(name, [...(readCorpora()[name] ?? []), bytes.toString('latin1')]);
      expect({ seed, run, bytes: bytes.toString('base64'), wrong }).toMatchObject({ wrong: null });
    }
  },
);

test.each(named.filter(([, { pieces }]) => pieces !== null))(
  '%s: four times as much is no more than some four times the work',
  async (_, reader) => {
    for (const start of ['', ...reader.seeds])
      for (const piece of piecesOf(reader)) {
        const text = (characters: number): string =>
          start + piece.repeat(Math.ceil(characters / piece.length));
        const growth = await growthOf(LENGTH, async (characters) => {
          expect(await wrongWith(reader, Buffer.from(text(characters), 'latin1'))).toBeNull();
        });
        expect({ start, piece, ...growth }).toMatchObject({ isLinear: true });
      }
  },
);
