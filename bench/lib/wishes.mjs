// What is wished for of a case, whether it is so, and how that is told.
import { megabytes, ratio } from './numbers.mjs';

const named = (contestants, name) => contestants.find((each) => each.name === name);
const microseconds = (ms, tasks) => (ms * 1000) / tasks;

/** @returns the one of some peers that takes the least time; `undefined` where none of them is there */
export function fastest(contestants, peers) {
  return contestants
    .filter(({ name }) => peers.includes(name))
    .toSorted((a, b) => a.medianMs - b.medianMs)[0];
}

/** @returns what `wish.own` has to stand beside */
export const peerOf = (wish, contestants) =>
  wish.peers === undefined ? named(contestants, wish.peer) : fastest(contestants, wish.peers);

const isAtMost = (limit) => (measured) => measured <= limit;

/** By the key that a wish has. `measure` gets a wish's own and peer, `text` what was measured. */
const KINDS = {
  /** Memory of the largest process, in any run. */
  mostBytes: {
    measure: ({ own }) => own.peakBytes,
    isMet: isAtMost,
    wish: ({ own, mostBytes }) => `${own} in at most ${megabytes(mostBytes)}`,
    text: megabytes,
  },
  /** Time for each task beside that of another amount of them. */
  mostPerTask: {
    measure: ({ own, peer }) =>
      microseconds(own.medianMs, own.tasks) / microseconds(peer.medianMs, peer.tasks),
    isMet: isAtMost,
    wish: ({ own, peer, mostPerTask }) => `${own}: for each at most ${ratio(mostPerTask)} of ${peer}`,
    text: ratio,
  },
  /** So many times as fast as its peer. */
  leastGain: {
    measure: ({ own, peer }) => peer.medianMs / own.medianMs,
    isMet: (limit) => (measured) => measured >= limit,
    wish: ({ own, peer, leastGain }) => `${own} at least ${ratio(leastGain)} × as fast as ${peer}`,
    text: ratio,
  },
  /** Time beside that of its peer, or of the fastest of its peers. */
  most: {
    measure: ({ own, peer }) => own.medianMs / peer.medianMs,
    isMet: isAtMost,
    wish: ({ own, peer, peers, most }) =>
      `${own} at most ${ratio(most)} of ${peer ?? `the fastest of ${peers.join(', ')}`}`,
    text: ratio,
  },
};

function kindOf(wish) {
  const key = Object.keys(KINDS).find((each) => each in wish);
  if (key === undefined) throw new Error(`an unknown wish: ${JSON.stringify(wish)}`);
  return { ...KINDS[key], limit: wish[key], needsPeer: key !== 'mostBytes' };
}

/**
 * @param wishes `own` and, but for memory, `peer` or `peers` (names of contestants), and one of `most`, `mostBytes`,
 * `mostPerTask`, `leastGain`
 * @returns each with what was measured and whether it is met; `null` where it could not be told
 */
export function judge(wishes, contestants) {
  return wishes.map((wish) => {
    const { measure, isMet, limit, needsPeer } = kindOf(wish);
    const own = named(contestants, wish.own);
    const peer = peerOf(wish, contestants);
    const isThere = own !== undefined && (peer !== undefined || !needsPeer);
    const measured = isThere ? measure({ own, peer }) : null;
    return { ...wish, measured, met: measured === null ? null : isMet(limit)(measured) };
  });
}

/** `Heddle at most 1.00 of curl -Z` */
export const wishText = (wish) => kindOf(wish).wish(wish);

export const measuredText = (wish) => (wish.measured === null ? '–' : kindOf(wish).text(wish.measured));

export const metText = ({ met }) => (met === null ? 'not measured' : met ? 'met' : 'not met');
