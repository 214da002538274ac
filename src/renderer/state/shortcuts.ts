/** Keys that work everywhere, pasting and dropping outside of fields. */
import { useEffect } from 'react';
import { isPressed } from '../../common/commands/shortcut';
import { COMMANDS_HERE } from '../commands/here';
import { runCommand } from '../commands/actions';
import { PAGES, type Page } from '../kinds';
import { isOwnDrag, watchOwnDrags } from '../lib/own-drag';
import { isMac } from '../lib/platform';
import { notifyError } from './notices';
import { takeDrop, takePaste } from './opening';
import { uiStore } from './ui';

function isField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable]') !== null
  );
}

function onKeyDown(event: KeyboardEvent): void {
  const command = COMMANDS_HERE.find(
    ({ shortcut, also = [], inList }) =>
      shortcut !== undefined &&
      inList !== true &&
      [shortcut, ...also].some((keys) => isPressed(keys, event, isMac)),
  );
  // In a field Undo is the field's.
  if (command === undefined || (command.id === 'undo-toast' && isField(event.target))) return;
  event.preventDefault();
  runCommand(command.id);
}

function onPaste(event: ClipboardEvent): void {
  if (uiStore.get().dialog !== null || isField(event.target) || event.clipboardData === null) return;
  if (takePaste(event.clipboardData)) event.preventDefault();
}

/** Over a link of the sidebar it is for that page; elsewhere the parts of the window have taken it. Never does the window open it. */
function pageUnder({ target, defaultPrevented }: DragEvent): Page | null {
  if (defaultPrevented || isOwnDrag() || uiStore.get().dialog !== null || !(target instanceof Element))
    return null;
  const name = target.closest('[data-page]')?.getAttribute('data-page');
  return PAGES.find((page) => page === name) ?? null;
}

function onDragOver(event: DragEvent): void {
  if (event.defaultPrevented) return;
  const page = pageUnder(event);
  event.preventDefault();
  if (event.dataTransfer !== null) event.dataTransfer.dropEffect = page === null ? 'none' : 'copy';
}

function onDrop(event: DragEvent): void {
  const page = pageUnder(event);
  event.preventDefault();
  if (page !== null && event.dataTransfer !== null) takeDrop(page, event.dataTransfer).catch(notifyError);
}

export function useShortcuts(): void {
  useEffect(() => {
    window.addEventListener('keydown', onKeyDown);
    window.addEventListener('paste', onPaste);
    window.addEventListener('dragover', onDragOver);
    window.addEventListener('drop', onDrop);
    const endDrags = watchOwnDrags();
    return () => {
      endDrags();
      window.removeEventListener('keydown', onKeyDown);
      window.removeEventListener('paste', onPaste);
      window.removeEventListener('dragover', onDragOver);
      window.removeEventListener('drop', onDrop);
    };
  }, []);
}
