/**
 * The language of what the main process shows: menus, the icon's menu, dialogs, notifications. What the engine says
 * stays English: it is stored and exported.
 */
import { app } from 'electron';
import type { ErrorData } from '../common/model/errors';
import type { Engine } from '../engine';
import { catalogueOf } from '../common/text/catalogues';
import { languageAmong, rulesOf, type ShownLanguage } from '../common/text/languages';
import type { MessageKey, ValuesOf } from '../common/text/messages';

let catalogue: ReturnType<typeof catalogueOf> | null = null;

/** What the system's user prefers; `HEDDLE_LANGUAGE` stands in for the system. */
export function systemLanguage(): ShownLanguage {
  const given = process.env['HEDDLE_LANGUAGE'];
  return languageAmong(given === undefined ? app.getPreferredSystemLanguages() : [given]);
}

export function shellLanguage(engine: Engine): ShownLanguage {
  const { language } = engine.settings.get();
  return language === 'system' ? systemLanguage() : language;
}

/** Before the settings are there, in the system's language. */
export function shellText<Key extends MessageKey>(key: Key, ...[values]: ValuesOf<Key>): string {
  catalogue ??= catalogueOf(systemLanguage());
  return catalogue.text(key, values);
}

/** A failure as the window tells it, too. */
export function shellFailure({ code, message }: Pick<ErrorData, 'code' | 'message'>): string {
  const shown = catalogue ?? catalogueOf('en');
  const told = shown.stored(message);
  return told === message ? (shown.failure(code) ?? message) : told;
}

/** `3,118`, `3.118` */
export function shellCount(count: number): string {
  return new Intl.NumberFormat(rulesOf((catalogue ?? catalogueOf('en')).language)).format(count);
}

/** @param onChange makes anew what is on the screen */
export function setupLanguage(engine: Engine, onChange: () => void): void {
  catalogue = catalogueOf(shellLanguage(engine));
  engine.on('settings-changed', () => {
    const next = catalogueOf(shellLanguage(engine));
    if (next === catalogue) return;
    catalogue = next;
    onChange();
  });
}
