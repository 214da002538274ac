/** Where a file lies in two folders that are compared, as seen from each. Pure. */
import type { TaskRow } from '../../common/model/tasks';

export interface Sides {
  /** `null`: it is not there. */
  readonly left: string | null;
  readonly right: string | null;
}

/** @param rightRoot the right folder's path */
export function sidesOf({ finding, name, source, target }: TaskRow, rightRoot: string): Sides {
  if (finding === 'only-left') return { left: name, right: null };
  if (finding === 'only-right') return { left: null, right: name };
  const root = rightRoot.endsWith('/') ? rightRoot : `${rightRoot}/`;
  // Not judged on its own: the other end of a file that was moved.
  if (finding === null && target === null && source.startsWith(root)) return { left: null, right: name };
  return { left: name, right: target?.startsWith(root) === true ? target.slice(root.length) : name };
}
