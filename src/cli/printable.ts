// Names from outside must not steer the terminal.
const UNPRINTABLE = /[\p{Cc}\p{Cf}]/gu;

/** @returns the text with a question mark for each character that a terminal would act upon */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, '?');
}

/** A URL as it may be shown: without the name and password before its host. */
export function withoutCredentials(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/iu, '$1');
}
