/** GIDs: 16 hexadecimal digits that name a download, or the first of them where no other begins so (aria2c(1), "GID"). */
import { randomBytes } from 'node:crypto';
import { RpcError } from './rpc-error';

export const GID_DIGITS = 16;

export function newGid(taken: ReadonlyMap<string, unknown>): string {
  for (;;) {
    const gid = randomBytes(GID_DIGITS / 2).toString('hex');
    if (!taken.has(gid) && !/^0+$/u.test(gid)) return gid;
  }
}

/** @throws RpcError in aria2's words */
export function findGid<Found>(written: string, known: ReadonlyMap<string, Found>): Found {
  if (!/^[0-9A-Fa-f]{1,16}$/u.test(written)) throw new RpcError(`Invalid GID ${written}`);
  const beginning = written.toLowerCase();
  const whole = known.get(beginning);
  if (whole !== undefined) return whole;
  const found: Found[] = [];
  if (beginning.length < GID_DIGITS)
    for (const [gid, each] of known) if (gid.startsWith(beginning)) found.push(each);
  const [only, another] = found;
  if (only === undefined) throw new RpcError(`GID ${written} is not found`);
  if (another !== undefined) throw new RpcError(`GID ${written} is not unique`);
  return only;
}
