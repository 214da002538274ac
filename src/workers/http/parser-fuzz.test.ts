/**
 * The parser against an oracle, for some seconds; `npm run fuzz` does it for longer, from another beginning, and keeps
 * an answer of each kind that is new.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compose, lookAt, mutate, OTHERWISE, randomOf, STRICTER } from './test-fuzz';

const CORPUS = new URL('fixtures/answers.jsonl', import.meta.url);
const MINUTES = Number(process.env['HEDDLE_FUZZ_MINUTES'] ?? 0);
const SECONDS = MINUTES > 0 ? MINUTES * 60 : 20;
/** In the tests always the same. */
const SEED = Number(
  process.env['HEDDLE_FUZZ_SEED'] ?? (MINUTES > 0 ? Math.floor(Math.random() * 2 ** 31) : 1),
);
/** Answers that new ones are made from. */
const MOST_TEXTS = 2000;

type Kept = readonly [method: string, text: string];
const corpus = readFileSync(CORPUS, 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Kept);

test('answers of every kind that was ever met, and of every difference that is listed', async () => {
  const wrong: (readonly [...Kept, string])[] = [];
  const unmet = new Set([...STRICTER, ...OTHERWISE].map(({ reason }) => reason));
  for (const [method, text] of corpus) {
    const found = await lookAt(text, method, [1]);
    if (found.wrong !== null) wrong.push([method, text, found.wrong]);
    for (const reason of found.reasons) unmet.delete(reason);
  }
  expect(wrong).toEqual([]);
  expect([...unmet]).toEqual([]);
});

test(`${SECONDS} s of answers that no server should send`, { timeout: (SECONDS + 60) * 1000 }, async () => {
  const random = randomOf(SEED);
  const texts = corpus.map(([, text]) => text);
  const kinds = new Map<string, Kept>();
  const keep = (kind: string, method: string, text: string): void => {
    const kept = kinds.get(kind);
    if (kept === undefined || text.length < kept[1].length) kinds.set(kind, [method, text]);
  };
  for (const [method, text] of corpus) keep((await lookAt(text, method, [1])).kind, method, text);
  // So many of this seed are known to be good, however fast the machine is.
  const most = MINUTES > 0 ? Infinity : 50_000;
  const untilMs = performance.now() + SECONDS * 1000;
  for (let count = 0; performance.now() < untilMs && count < most; count++) {
    const text = random(3) === 0 ? compose(random) : mutate(texts, random);
    const method = random(8) === 0 ? 'HEAD' : 'GET';
    const { wrong, kind } = await lookAt(text, method, [1 + random(9), 1 + random(9)]);
    // The seed and the number are enough to come here again.
    expect(wrong === null ? null : { method, text, wrong, seed: SEED, count }).toBeNull();
    if (texts.length < MOST_TEXTS) texts.push(text);
    else texts[random(MOST_TEXTS)] = text;
    keep(kind, method, text);
  }
  if (MINUTES > 0)
    writeFileSync(
      CORPUS,
      [...kinds.values()]
        .map((kept) => `${JSON.stringify(kept)}\n`)
        .sort()
        .join(''),
    );
});
