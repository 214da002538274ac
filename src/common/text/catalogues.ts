import { Catalogue } from './catalogue';
import { german } from './de';
import { germanFailure } from './de/failures';
import { germanSentence } from './de/stored';
import { english } from './en';
import type { ShownLanguage } from './languages';

const made = new Map<ShownLanguage, Catalogue>();

export function catalogueOf(language: ShownLanguage): Catalogue {
  let catalogue = made.get(language);
  if (catalogue === undefined) {
    catalogue =
      language === 'de'
        ? new Catalogue(language, german, { failure: germanFailure, stored: germanSentence })
        : new Catalogue(language, english);
    made.set(language, catalogue);
  }
  return catalogue;
}
