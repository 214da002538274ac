/** The window's language: told before its first paint, and followed when the setting changes. */
import { ENGLISH_FORMS, writeNumbersAs, type NumberForms } from '../../common/model/units';
import { catalogueOf } from '../../common/text/catalogues';
import { directionOf, isShownLanguage, rulesOf, type ShownLanguage } from '../../common/text/languages';
import { showCatalogue, text } from '../../common/text/text';
import { settingsStore } from './settings';
import { createStore, useStore } from './store';

const languageStore = createStore<ShownLanguage>('en');

export function useLanguage(): ShownLanguage {
  return useStore(languageStore, (language) => language);
}

/** Before anything is drawn, and before others follow the settings: what they draw is in the new language. */
export function followLanguage(): void {
  const { language, systemLanguage } = window.heddle;
  show(language);
  settingsStore.subscribe(() => {
    const chosen = settingsStore.get()?.language;
    if (chosen !== undefined) show(chosen === 'system' ? systemLanguage : chosen);
  });
}

function show(given: string): void {
  const language = isShownLanguage(given) ? given : 'en';
  showCatalogue(catalogueOf(language));
  writeNumbersAs(formsOf(language));
  const { documentElement } = document;
  documentElement.lang = language;
  documentElement.dir = directionOf(language);
  languageStore.set(language);
}

function formsOf(language: ShownLanguage): NumberForms {
  const rules = rulesOf(language);
  if (rules === 'en') return ENGLISH_FORMS;
  const parts = new Intl.NumberFormat(rules).formatToParts(12_345.6);
  const sign = (type: 'decimal' | 'group'): string => parts.find((part) => part.type === type)?.value ?? '';
  return {
    decimal: sign('decimal'),
    group: sign('group'),
    days: text('units.days'),
    years: text('units.years'),
    byte: text('units.byte'),
    bytes: text('units.bytes'),
  };
}
