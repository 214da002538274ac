// From single runs to what is told of them: medians and ratios.
import { median } from './statistics.mjs';

/**
 * @param {{ name: string, own?: boolean, tasks?: number }} contestant `tasks`: where what each costs is of interest
 * @param {readonly { wallMs: number, cpuMs: number | null, peakBytes: number | null }[]} runs
 */
export function summarise({ name, own = false, tasks }, runs) {
  const walls = runs.map(({ wallMs }) => wallMs);
  const known = (key) => runs.map((run) => run[key]).filter((value) => value !== null);
  const cpu = known('cpuMs');
  const peaks = known('peakBytes');
  return {
    name,
    own,
    ...(tasks === undefined ? {} : { tasks }),
    medianMs: median(walls),
    minMs: Math.min(...walls),
    maxMs: Math.max(...walls),
    medianCpuMs: cpu.length === 0 ? null : median(cpu),
    /** Of the largest process, in any run. */
    peakBytes: peaks.length === 0 ? null : Math.max(...peaks),
    runs,
  };
}

/** How much of each peer's time the first contestant of Heddle's takes. */
export function ratios(contestants) {
  const own = contestants.find((each) => each.own);
  if (own === undefined) return [];
  return contestants
    .filter((each) => !each.own)
    .map((peer) => ({ own: own.name, peer: peer.name, ratio: own.medianMs / peer.medianMs }));
}

/** In an order of its own, each as likely as any other. */
export function shuffled(items, random = Math.random) {
  const list = [...items];
  for (let last = list.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [list[last], list[other]] = [list[other], list[last]];
  }
  return list;
}

/**
 * Cases that were measured anew in the place of those that were kept.
 *
 * @param {readonly string[]} ids of all cases, in order
 * @throws {Error} where the ones cannot stand beside the others
 */
export function merged(kept, fresh, ids) {
  const about = ({ date, heddle, machine, repeats }) =>
    JSON.stringify([date.slice(0, 10), heddle, machine, repeats]);
  if (about(kept) !== about(fresh))
    throw new Error('what was kept is of another day, machine or number of runs: measure all cases');
  const cases = new Map([...kept.cases, ...fresh.cases].map((each) => [each.id, each]));
  return {
    ...fresh,
    tools: { ...kept.tools, ...fresh.tools },
    cases: ids.flatMap((id) => cases.get(id) ?? []),
  };
}
