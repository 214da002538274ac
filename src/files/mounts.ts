/** Where other file systems, and other parts of the same one, are mounted below a folder (Linux). */

/**
 * A bind mount has the device of what it shows, so that device numbers do not tell it; the kernel's list of mounts does.
 * @param mountinfo the text of `/proc/self/mountinfo` (proc_pid_mountinfo(5)), one character for each byte
 * @param folder real path, one character for each byte
 * @returns paths below the folder, without a slash at their ends; never the folder itself
 */
export function mountsBelow(mountinfo: string, folder: string): string[] {
  const prefix = folder === '/' ? '/' : `${folder}/`;
  return mountPoints(mountinfo)
    .filter((path) => path.startsWith(prefix) && path.length > prefix.length)
    .map((path) => path.slice(prefix.length));
}

/** As {@link mountsBelow}, and '' where something is mounted at the folder itself. */
export function mountsIn(mountinfo: string, folder: string): string[] {
  return [...(mountPoints(mountinfo).includes(folder) ? [''] : []), ...mountsBelow(mountinfo, folder)];
}

/** The kind of file system that is mounted last at a path, `fuseblk` say; `null`: nothing is. Byte strings. */
export function mountedType(mountinfo: string, point: string): string | null {
  let type: string | null = null;
  for (const line of mountinfo.split('\n')) {
    const fields = line.split(' ');
    if (unescaped(fields[4] ?? '') === point) type = fields[fields.indexOf('-', 6) + 1] ?? null;
  }
  return type;
}

/** Everything that is mounted, as real paths; byte strings. */
export function mountPoints(mountinfo: string): string[] {
  const points = new Set<string>();
  for (const line of mountinfo.split('\n')) {
    const point = line.split(' ')[4];
    if (point === undefined) continue;
    points.add(unescaped(point));
  }
  return [...points];
}

function unescaped(field: string): string {
  return field.replaceAll(/\\([0-7]{3})/gu, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}

/** The one of the mounts that a path lies in; '' where it is in none. Byte strings. */
export function mountOf(points: readonly string[], path: string): string {
  let deepest = '';
  for (const point of points) {
    const isIn = path === point || path.startsWith(point === '/' ? '/' : `${point}/`);
    if (isIn && point.length > deepest.length) deepest = point;
  }
  return deepest;
}

/** Whether a path below the folder is one of the mounts, or lies in one. Byte strings, as above. */
export function isInMount(mounts: readonly string[], relative: string): boolean {
  return mounts.some((mount) => relative === mount || relative.startsWith(`${mount}/`));
}
