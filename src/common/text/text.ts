/**
 * What the process says, in the language that its window shows. The main process never changes the language here:
 * the engine runs there, and what it stores and exports is English. Its menus have a catalogue of their own.
 */
import { Catalogue } from './catalogue';
import { english } from './en';
import type { MessageKey, ValuesOf } from './messages';

let shown = new Catalogue('en', english);

/** From now on; texts that were made before stay as they are. */
export function showCatalogue(catalogue: Catalogue): void {
  shown = catalogue;
}

export function shownCatalogue(): Catalogue {
  return shown;
}

export function text<Key extends MessageKey>(key: Key, ...[values]: ValuesOf<Key>): string {
  return shown.text(key, values);
}
