// What travels between threads: columns of some tasks, and their numbers.

const SEPARATOR = '\0';

/**
 * @param {readonly string[]} sources paths or URLs
 * @param {readonly number[]} sizes bytes
 */
export const encode = (sources, sizes) => ({
  count: sources.length,
  sources: new TextEncoder().encode(sources.join(SEPARATOR)),
  sizes: Float64Array.from(sizes),
});

/** @returns {string[]} */
export const sourcesOf = ({ sources }) => new TextDecoder().decode(sources).split(SEPARATOR);

/**
 * How many tasks, and how many bytes, one packet has at most: with less for a thread to wait for at the end than what it
 * costs to hand one over.
 */
export const MOST = { tasks: 256, bytes: 8 * 1024 * 1024 };

/** URLs in a packet: few, since the slowest holds the others' answer, and so many packets that each thread gets some. */
export const urlsInPacket = (urls, threads) => Math.max(1, Math.min(8, Math.floor(urls / threads / 2)));

/**
 * Puts entries together as they come.
 *
 * @param {Iterable<{ source: string, size: number }>} entries
 * @param {{ tasks: number, bytes: number }} most
 */
export function* packed(entries, most) {
  let [sources, sizes, bytes] = [[], [], 0];
  for (const { source, size } of entries) {
    if (sources.length > 0 && (sources.length === most.tasks || bytes + size > most.bytes)) {
      yield encode(sources, sizes);
      [sources, sizes, bytes] = [[], [], 0];
    }
    sources.push(source);
    sizes.push(size);
    bytes += size;
  }
  if (sources.length > 0) yield encode(sources, sizes);
}
