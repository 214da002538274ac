/** Keys that work everywhere, pasting and dropping outside of fields. */
import { useEffect } from 'react';
import { COMMAND_LIST } from '../../common/commands/commands';
import { isPressed } from '../../common/commands/shortcut';
import { runCommand } from '../commands/actions';
import { isPageKind, type PageKind } from '../kinds';
import { isMac } from '../lib/platform';
import { addText } from './drafts';
import { openDialog, uiStore } from './ui';

function pageKind(): PageKind | null {
  const { page } = uiStore.get();
  return isPageKind(page) ? page : null;
}

function isField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable]') !== null
  );
}

function onKeyDown(event: KeyboardEvent): void {
  const command = COMMAND_LIST.find(
    ({ shortcut, also = [], inList }) =>
      shortcut !== undefined &&
      inList !== true &&
      [shortcut, ...also].some((keys) => isPressed(keys, event, isMac)),
  );
  if (command === undefined) return;
  event.preventDefault();
  runCommand(command.id);
}

function onPaste(event: ClipboardEvent): void {
  if (pageKind() !== 'download' || uiStore.get().dialog !== null || isField(event.target)) return;
  const text = event.clipboardData?.getData('text/plain') ?? '';
  if (text.trim() === '') return;
  event.preventDefault();
  addText(text);
  openDialog({ type: 'new', kind: 'download' });
}

/** Where nothing takes a drop, the window would otherwise open the file. */
function refuseDrop(event: DragEvent): void {
  if (event.defaultPrevented) return;
  event.preventDefault();
  if (event.dataTransfer !== null) event.dataTransfer.dropEffect = 'none';
}

export function useShortcuts(): void {
  useEffect(() => {
    window.addEventListener('keydown', onKeyDown);
    window.addEventListener('paste', onPaste);
    window.addEventListener('dragover', refuseDrop);
    window.addEventListener('drop', refuseDrop);
    return () => {
      window.removeEventListener('keydown', onKeyDown);
      window.removeEventListener('paste', onPaste);
      window.removeEventListener('dragover', refuseDrop);
      window.removeEventListener('drop', refuseDrop);
    };
  }, []);
}
