/** Where other file systems, and other parts of the same one, are mounted below a folder (Linux). */

/**
 * A bind mount has the device of what it shows, so that device numbers do not tell it; the kernel's list of mounts does.
 * @param mountinfo the text of `/proc/self/mountinfo` (proc_pid_mountinfo(5)), one character for each byte
 * @param folder real path, one character for each byte
 * @returns paths below the folder, without a slash at their ends; never the folder itself
 */
export function mountsBelow(mountinfo: string, folder: string): string[] {
  const prefix = folder === '/' ? '/' : `${folder}/`;
  const points = new Set<string>();
  for (const line of mountinfo.split('\n')) {
    const point = line.split(' ')[4];
    if (point === undefined) continue;
    const path = point.replaceAll(/\\([0-7]{3})/gu, (_, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    );
    if (path.startsWith(prefix) && path.length > prefix.length) points.add(path.slice(prefix.length));
  }
  return [...points];
}

/** Whether a path below the folder is one of the mounts, or lies in one. Byte strings, as above. */
export function isInMount(mounts: readonly string[], relative: string): boolean {
  return mounts.some((mount) => relative === mount || relative.startsWith(`${mount}/`));
}
