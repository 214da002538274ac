/** The languages of the window. The terminal, files and exports speak English: scripts read them. */

export const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];
/** As each calls itself. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: 'English', de: 'Deutsch' };

/**
 * English with accents, longer and from right to left: shows in tests which text is in no catalogue, and what a
 * layout does with such a language. Its tag is the one that Chromium has for this.
 */
export const PSEUDO = 'ar-XB';
export type ShownLanguage = Language | typeof PSEUDO;

/** What the user can choose; `system`: the first of the system's languages that there is, or else English. */
export const LANGUAGE_CHOICES = ['system', ...LANGUAGES] as const;
export type LanguageChoice = (typeof LANGUAGE_CHOICES)[number];

/** @param preferred BCP 47 tags, the most wanted first */
export function languageAmong(preferred: readonly string[]): ShownLanguage {
  for (const tag of preferred) {
    if (tag === PSEUDO) return PSEUDO;
    const [primary] = tag.toLowerCase().split('-');
    const known = LANGUAGES.find((language) => language === primary);
    if (known !== undefined) return known;
  }
  return 'en';
}

export function isShownLanguage(text: string): text is ShownLanguage {
  return text === PSEUDO || LANGUAGES.some((language) => language === text);
}

export function directionOf(language: ShownLanguage): 'ltr' | 'rtl' {
  return language === PSEUDO ? 'rtl' : 'ltr';
}

/** Whose rules numbers and plurals follow. */
export function rulesOf(language: ShownLanguage): Language {
  return language === PSEUDO ? 'en' : language;
}
