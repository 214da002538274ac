/** Which messages there are, and what each of them asks for. */
import type { english } from './en';

type English = typeof english;
export type MessageKey = keyof English;
/** Every message of a language. */
export type Messages = Readonly<Record<MessageKey, string>>;
/** What another language has for a file of English messages: each of them, and no other. */
export type Translated<Area> = Readonly<Record<keyof Area, string>>;

/** Texts, and numbers for plurals. Sizes and durations come as texts of `model/units.ts`. */
export type Values = Readonly<Record<string, string | number>>;

/** `[]` for a message without arguments, otherwise its values; a test compares their names. */
export type ValuesOf<Key extends MessageKey> = Key extends unknown
  ? English[Key] extends `${string}{${string}`
    ? [values: Values]
    : []
  : never;
