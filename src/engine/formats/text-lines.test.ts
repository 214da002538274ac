import { expect, test } from 'vitest';
import { decodeText, utf8Pieces } from './text-lines';

const MEBIBYTE = 1_048_576;

test('a long text is taken apart between characters', () => {
  const text = `a${'😀'.repeat(100_000)}b`;
  const pieces = [...utf8Pieces(text)];
  expect(pieces.length).toBeGreaterThan(2);
  expect(Buffer.concat(pieces).toString()).toBe(text);
  expect(pieces.map((piece) => piece.toString()).join('')).toBe(text);
});

test.each(['one piece', 'many pieces'])(
  'others get their turn while %s of a long text are decoded',
  async (how) => {
    const bytes = Buffer.alloc(4 * MEBIBYTE, ' ');
    const parts = Array.from({ length: 64 }, (_, at) => bytes.subarray(at * 65_536, (at + 1) * 65_536));
    let turns = 0;
    let isDone = false as boolean;
    const turn = (): void => {
      turns += 1;
      if (!isDone) setImmediate(turn);
    };
    setImmediate(turn);
    let characters = 0;
    for await (const piece of decodeText(how === 'one piece' ? [bytes] : parts)) characters += piece.length;
    isDone = true;
    expect(characters).toBe(bytes.length);
    expect(turns).toBeGreaterThan(10);
  },
);
