/** Names of files that come from outside. */

/** Bytes of UTF-8 that a name may have on the usual file systems. */
const LONGEST_NAME = 255;

/** Whether a text is no plain name of a file: a path, a hidden file, one that systems read otherwise, or one not seen whole. */
export function isDangerousName(name: string): boolean {
  return (
    name === '' ||
    name.startsWith('.') ||
    /[. ]$/u.test(name) ||
    /[/\\:*?"<>|\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name) ||
    new TextEncoder().encode(name).length > LONGEST_NAME
  );
}
