import { expect, test } from 'vitest';
import { COMMAND_LIST } from './commands';
import { text } from '../text/text';
import { fuzzyScore } from './fuzzy';
import { acceleratorOf, isPressed, shortcutText, type PressedKey } from './shortcut';

function key(name: string, held: Partial<PressedKey> = {}): PressedKey {
  return { key: name, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held };
}

test('no two commands have the same id, title or key', () => {
  const ids = COMMAND_LIST.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const titles = COMMAND_LIST.map(({ id }) => text(`command.${id}`));
  expect(new Set(titles).size).toBe(titles.length);
  const keys = COMMAND_LIST.flatMap(({ shortcut, also = [] }) => [shortcut ?? [], ...also].flat());
  expect(new Set(keys).size).toBe(keys.length);
});

test('a shortcut is told by its key and what is held with it', () => {
  expect(isPressed('Mod+K', key('k', { ctrlKey: true }), false)).toBe(true);
  expect(isPressed('Mod+K', key('K', { ctrlKey: true, shiftKey: true }), false)).toBe(false);
  expect(isPressed('Mod+Shift+P', key('P', { ctrlKey: true, shiftKey: true }), false)).toBe(true);
  expect(isPressed('Mod+K', key('k', { ctrlKey: true, altKey: true }), false)).toBe(false);
  expect(isPressed('Mod+K', key('k', { metaKey: true }), false)).toBe(false);
  expect(isPressed('Mod+K', key('k', { metaKey: true }), true)).toBe(true);
  expect(isPressed('Mod+K', key('k', { ctrlKey: true }), true)).toBe(false);
  expect(isPressed('F2', key('F2'), false)).toBe(true);
});

test('signs that need Shift on a keyboard are told all the same', () => {
  // As a German keyboard has it: Shift+7.
  expect(isPressed('Mod+/', key('/', { ctrlKey: true, shiftKey: true }), false)).toBe(true);
  expect(isPressed('Mod+=', key('+', { ctrlKey: true, shiftKey: true }), false)).toBe(true);
  expect(isPressed('Mod+=', key('=', { ctrlKey: true }), false)).toBe(true);
});

test('shortcuts are written as each system writes them', () => {
  expect(shortcutText('Mod+Shift+P', false)).toBe('Ctrl+Shift+P');
  expect(shortcutText('Mod+Shift+P', true)).toBe('⇧⌘P');
  expect(acceleratorOf('Mod+=')).toBe('CommandOrControl+=');
});

test('a palette finds by words, by their starts and by letters in order', () => {
  const best = (typed: string): string | undefined =>
    COMMAND_LIST.map(({ id }) => text(`command.${id}`))
      .map((title) => ({ title, score: fuzzyScore(typed, title) }))
      .filter(({ score }) => score !== null)
      .sort((a, b) => (b.score ?? 0) - (a.score ?? 0))[0]?.title;
  expect(best('hist')).toBe('Go to History');
  expect(best('nd')).toBe('New download…');
  expect(best('new ver')).toBe('New verification…');
  expect(best('tdark')).toBe('Theme: dark');
  expect(best('xyzzy')).toBeUndefined();
  expect(fuzzyScore('', 'Anything')).toBe(0);
});
