/** Where a file lies in two folders that are compared, as seen from each. Pure. */
import type { TaskRow } from '../../common/model';

export interface Sides {
  /** `null`: it is not there. */
  readonly left: string | null;
  readonly right: string | null;
}

/** @param rightRoot the right folder's path */
export function sidesOf({ finding, name, target }: TaskRow, rightRoot: string): Sides {
  if (finding === 'only-left') return { left: name, right: null };
  if (finding === 'only-right') return { left: null, right: name };
  const root = rightRoot.endsWith('/') ? rightRoot : `${rightRoot}/`;
  return { left: name, right: target?.startsWith(root) === true ? target.slice(root.length) : name };
}
