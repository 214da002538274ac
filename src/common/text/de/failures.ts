/** What went wrong, by the code of the failure; what was stored in English stands beside it. */
const SENTENCES: Readonly<Record<string, string>> = {};

export function germanFailure(code: string): string | null {
  return SENTENCES[code] ?? null;
}
