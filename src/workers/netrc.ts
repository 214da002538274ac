/** Reads .netrc files (the ftp(1) manual's format, as curl and wget take them): who logs in where. */
export interface Login {
  readonly name: string;
  readonly password: string;
}

/** @returns the login of a host: its own `machine`, else the `default` */
export function parseNetrc(text: string): (host: string) => Login | null {
  const machines = new Map<string, Login>();
  let fallback: Login | null = null;
  const words = tokens(text);
  for (let at = 0; at < words.length;) {
    const word = words[at];
    at += 1;
    if (word !== 'machine' && word !== 'default') continue;
    const host = word === 'machine' ? (words[at++] ?? '').toLowerCase() : null;
    let name = '';
    let password = '';
    while (at < words.length && words[at] !== 'machine' && words[at] !== 'default') {
      const key = words[at];
      const value = words[at + 1] ?? '';
      if (key === 'login') name = value;
      else if (key === 'password') password = value;
      at += 2;
    }
    // The first one counts, as in curl.
    if (host === null) fallback ??= { name, password };
    else if (!machines.has(host)) machines.set(host, { name, password });
  }
  return (host) => machines.get(host.toLowerCase()) ?? fallback;
}

/** Words, quoted ones with their quotes off; comments and macro definitions are left out. */
function tokens(text: string): string[] {
  const words: string[] = [];
  let inMacro = false;
  for (const line of text.split(/\r?\n/u)) {
    if (inMacro) {
      // A macro ends with an empty line.
      inMacro = line.trim() !== '';
      continue;
    }
    for (const match of line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/gu)) {
      const [, quoted, plain] = match;
      if (plain?.startsWith('#') === true && words.at(-1) !== 'password') break;
      if (plain === 'macdef') {
        inMacro = true;
        break;
      }
      words.push(plain ?? (quoted ?? '').replace(/\\(.)/gu, '$1'));
    }
  }
  return words;
}
