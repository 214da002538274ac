/** What must not be in a log, or in diagnostics that people send to others. */

/** A URL of any scheme, as far as a message has it. */
const URL_IN_TEXT = /\b([a-z][a-z0-9+.-]{1,20}):\/\/([^\s"'<>“”]+)/giu;
/** A field or variable whose value is nobody's business, up to the end of the line. */
const SECRET_FIELD =
  /\b((?:proxy-)?authorization|(?:set-)?cookie|x-[a-z-]{0,30}(?:key|token|secret)|pass(?:word|wd|phrase)?|token|secret|api[-_]?key)(["']?\s{0,3}[:=]\s{0,3}).+/giu;

/**
 * Of URLs the host is left: logins, paths and queries may have keys in them. The home folder, which has the user's name,
 * becomes `~`.
 */
export function withoutSecrets(text: string, home: string): string {
  const plain = home.length > 1 ? text.replaceAll(home, '~') : text;
  return plain
    .replace(URL_IN_TEXT, (_url, scheme: string, rest: string) => {
      const authority = rest.split(/[/?#]/u, 1)[0] ?? '';
      const host = authority.slice(authority.lastIndexOf('@') + 1);
      return `${scheme}://${host}${rest.length > authority.length ? '/…' : ''}`;
    })
    .replace(SECRET_FIELD, (_field, name: string, sign: string) => `${name}${sign}…`);
}
