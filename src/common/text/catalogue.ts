/** Messages of one language in ICU's message syntax, compiled when they are first asked for. */
import { IntlMessageFormat, type Formatters } from 'intl-messageformat';
import type { Messages, MessageKey, Values } from './messages';
import { rulesOf, PSEUDO, type ShownLanguage } from './languages';
import { pseudo } from './pseudo';

type Compiled = IntlMessageFormat;
/** What the engine stored in English, in another language; `null`: not known there. */
export interface Foreign {
  readonly failure: (code: string) => string | null;
  readonly stored: (sentence: string) => string | null;
}

export class Catalogue {
  readonly language: ShownLanguage;
  readonly #messages: Messages;
  readonly #foreign: Foreign | null;
  readonly #compiled = new Map<MessageKey, Compiled>();
  readonly #formatters: Formatters;

  constructor(language: ShownLanguage, messages: Messages, foreign: Foreign | null = null) {
    this.language = language;
    this.#messages = messages;
    this.#foreign = foreign;
    this.#formatters = sharedFormatters();
  }

  text(key: MessageKey, values?: Values): string {
    const message = this.#messages[key];
    if (!message.includes('{') && this.language !== PSEUDO) return message;
    return String(this.#compile(key, message).format(values));
  }

  /** A sentence that was stored in English; as it is where the language has none for it. */
  readonly stored = (sentence: string): string => this.#foreign?.stored(sentence) ?? sentence;

  /** A sentence for the code of a failure; `null`: the one that was stored says it. */
  failure(code: string): string | null {
    return this.#foreign?.failure(code) ?? null;
  }

  /** With values that are no text, and functions for `<tags>` of the message. */
  parts<Part>(
    key: MessageKey,
    values: Readonly<Record<string, string | number | Part | ((chunks: (string | Part)[]) => Part)>>,
  ): readonly (string | Part)[] {
    const whole = this.#compile(key, this.#messages[key]).format<Part>(values);
    return Array.isArray(whole) ? whole : [whole];
  }

  #compile(key: MessageKey, message: string): Compiled {
    let compiled = this.#compiled.get(key);
    if (compiled === undefined) {
      const rules = rulesOf(this.language);
      const options = { formatters: this.#formatters };
      compiled = new IntlMessageFormat(message, rules, undefined, options);
      if (this.language === PSEUDO)
        compiled = new IntlMessageFormat(pseudo(compiled.getAst()), rules, undefined, options);
      this.#compiled.set(key, compiled);
    }
    return compiled;
  }
}

/** One of each for the whole catalogue: to make one takes longer than to use it a thousand times. */
function sharedFormatters(): Formatters {
  const made = new Map<string, unknown>();
  const once = <Made>(kind: string, options: unknown, make: () => Made): Made => {
    const name = kind + JSON.stringify(options ?? null);
    let found = made.get(name) as Made | undefined;
    if (found === undefined) {
      found = make();
      made.set(name, found);
    }
    return found;
  };
  return {
    getNumberFormat: (locales, options) =>
      once('number', options, () => new Intl.NumberFormat(locales, options as Intl.NumberFormatOptions)),
    getDateTimeFormat: (locales, options) =>
      once('date', options, () => new Intl.DateTimeFormat(locales, options)),
    getPluralRules: (locales, options) =>
      once('plural', options, () => new Intl.PluralRules(locales, options)),
  };
}
