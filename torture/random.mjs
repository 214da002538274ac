/** Numbers that a seed gives again: a round's plan is made of these and of nothing else. */

/** @param {string} seed any text */
export function randomFrom(seed) {
  // FNV-1a over the text, then mulberry32.
  let state = 0x811c9dc5;
  for (let at = 0; at < seed.length; at++) state = Math.imul(state ^ seed.charCodeAt(at), 0x01000193);
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const integer = (least, most) => least + Math.floor(next() * (most - least + 1));
  return {
    /** From `least` to `most`, both included. */
    integer,
    /** Small ones as often as large ones of ten times the size. */
    spread: (least, most) => Math.round(least * (most / least) ** next()),
    chance: (share) => next() < share,
    pick: (items) => items[integer(0, items.length - 1)],
    /** @param {readonly (readonly [weight: number, item: unknown])[]} items */
    weighted(items) {
      let left = next() * items.reduce((sum, [weight]) => sum + weight, 0);
      for (const [weight, item] of items) {
        left -= weight;
        if (left < 0) return item;
      }
      return items.at(-1)[1];
    },
  };
}
