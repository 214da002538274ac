/** What a person can do about a failure, by its code. `null` where the message itself says it. */
const HINTS: Readonly<Record<string, string>> = {
  'http-401': 'Start the download again with a login: under Options in New download, or -u in the terminal.',
  'http-403': 'Check that the address is public, or start the download again with a login.',
  'http-404': 'The server has no such file. Check the address for a typing error.',
  'http-410': 'The file is gone for good. Remove its address from the list.',
  'http-429': 'The server asks for fewer requests. Retry later, with fewer connections.',
  'disk-full': 'Free some disk space, then retry what failed.',
  'target-exists': 'Move or rename the file that is there, then retry.',
  'permission-denied': 'Change the permissions, then retry.',
  'length-mismatch': 'The transfer was cut short. Retry.',
  'bad-url': 'Only http and https addresses can be downloaded. Correct the line in the list.',
};

export function hintFor(code: string, retryable: boolean): string | null {
  const hint = HINTS[code];
  if (hint !== undefined) return hint;
  if (/^http-5\d\d$/u.test(code)) return 'The server has a problem. Retry later.';
  return retryable ? 'Retrying could help.' : null;
}
