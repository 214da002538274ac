/**
 * Extended attributes, of which POSIX ACLs are some, and what other systems have like them. A copy has those of its source and no others: what a default ACL
 * of the target's folder gave it would let people in who may not read the source (acl(5), "Object creation and default
 * ACLs").
 */
import type { Lost } from '../common/model/copy-options';
import type { FsPath } from '../common/model/paths';
import { errorCode } from '../files/entries';
import { attributeCalls, type AttributeCalls } from '../files/attribute-calls';
import { libc, type AttributeHolder } from '../files/libc';

const ACCESS_ACL = 'system.posix_acl_access';
const DEFAULT_ACL = 'system.posix_acl_default';

/** On a file that is being written over where it lies; it goes when the file is whole. */
const UNFINISHED = 'user.heddle.unfinished';

/** Values by name. */
export type Extended = ReadonlyMap<string, Buffer>;

const NONE: Extended = new Map();

/**
 * Those that a copy is to have.
 * @param lost gets `attributes` where some cannot be read
 */
export function readExtended(source: AttributeHolder, lost: Set<Lost>): Extended {
  const system = attributeCalls();
  if (system === null) {
    lost.add('attributes');
    return NONE;
  }
  try {
    const names = system.attributes(source);
    if (names.length === 0) return NONE;
    const kept = names.filter((name) => !isOfTheSystem(name));
    return new Map(kept.map((name) => [name, system.attribute(source, name)]));
  } catch {
    lost.add('attributes');
    return NONE;
  }
}

/** Whether a folder has a default ACL, which new files in it get; also where it does not tell. */
export function givesAcls(folder: FsPath): boolean {
  const system = attributeCalls();
  try {
    return system === null || system.attributes(folder).includes(DEFAULT_ACL);
  } catch {
    return true;
  }
}

/** What differs; `acl`: who may do what is among it. `null`: it cannot be told, or nothing does. */
export function compareExtended(wanted: Extended, target: AttributeHolder): 'acl' | 'other' | null {
  const system = attributeCalls();
  if (system === null) return null;
  try {
    const there = system.attributes(target);
    if (wanted.size === 0 && there.length === 0) return null;
    const differing = there.filter((name) => isRemovable(name) && !wanted.has(name));
    for (const [name, value] of wanted) {
      if (!there.includes(name) || !system.attribute(target, name).equals(value)) differing.push(name);
    }
    if (differing.length === 0) return null;
    return differing.some(isAcl) ? 'acl' : 'other';
  } catch {
    return null;
  }
}

/**
 * The mode has to be set afterwards: an access ACL is bound to it.
 * @param openUp gives the owner the right to write, which attributes of users take; called where it is missing
 * @param lost gets `attributes` where some cannot be set
 */
export function setExtended(
  wanted: Extended,
  target: AttributeHolder,
  openUp: () => void,
  lost: Set<Lost>,
): void {
  const system = attributeCalls();
  if (system === null) return;
  let isOpen = false;
  const attempt = (action: () => void): void => {
    try {
      action();
    } catch (error) {
      if (errorCode(error) === 'EACCES' && !isOpen) {
        isOpen = true;
        openUp();
        attempt(action);
      } else lost.add('attributes');
    }
  };
  for (const name of namesOn(system, target)) {
    if (!isRemovable(name) || wanted.has(name)) continue;
    attempt(() => {
      system.removeAttribute(target, name);
    });
  }
  // An access ACL comes last: it may take away the right to write.
  const inOrder = [...wanted].sort(([a], [b]) => Number(isAcl(a)) - Number(isAcl(b)));
  for (const [name, value] of inOrder) {
    attempt(() => {
      system.setAttribute(target, name, value);
    });
  }
}

/** Access control lists that are no attributes. @param lost gets `attributes` where they cannot be kept */
export function copyAcl(source: AttributeHolder, target: AttributeHolder, lost: Set<Lost>): void {
  try {
    attributeCalls()?.copyAcl?.(source, target);
  } catch {
    lost.add('attributes');
  }
}

/** Where there are attributes. */
export function markAsUnfinished(target: AttributeHolder): void {
  try {
    libc()?.setAttribute(target, UNFINISHED, Buffer.from('1'));
  } catch {
    // Its time is left to tell.
  }
}

export function isUnfinished(target: AttributeHolder): boolean {
  const system = libc();
  return system !== null && namesOn(system, target).includes(UNFINISHED);
}

function namesOn(system: AttributeCalls, target: AttributeHolder): readonly string[] {
  try {
    return system.attributes(target);
  } catch {
    return [];
  }
}

function isAcl(name: string): boolean {
  return name === ACCESS_ACL || name === DEFAULT_ACL;
}

/** What only the source gives; all else that the target has, its system may have given it. */
function isRemovable(name: string): boolean {
  return isAcl(name) || name.startsWith('user.') || name === 'security.capability';
}

/** Labels that the target's system gives by its own rules, those of layered file systems, and Heddle's own. */
function isOfTheSystem(name: string): boolean {
  if (name === UNFINISHED) return true;
  return name === 'security.selinux' || name.startsWith('trusted.overlay.') || name.startsWith('system.nfs4');
}
