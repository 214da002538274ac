import { Catalogue } from './catalogue';
import { german } from './de';
import { english } from './en';
import type { ShownLanguage } from './languages';

const made = new Map<ShownLanguage, Catalogue>();

export function catalogueOf(language: ShownLanguage): Catalogue {
  let catalogue = made.get(language);
  if (catalogue === undefined) {
    catalogue = new Catalogue(language, language === 'de' ? german : english);
    made.set(language, catalogue);
  }
  return catalogue;
}
