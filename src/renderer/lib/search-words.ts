/** Whether a text has every word that is searched for, in any order, letters of either case and accents aside. Pure. */
export function isFound(search: string, text: string): boolean {
  const whole = plain(text);
  return plain(search)
    .split(/\s+/u)
    .every((word) => whole.includes(word));
}

function plain(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}
