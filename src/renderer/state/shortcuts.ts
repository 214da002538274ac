/** Keys that work everywhere, pasting and dropping outside of fields. */
import { useEffect } from 'react';
import { isPageKind, PAGES, type PageKind } from '../kinds';
import { addText } from './drafts';
import { goTo, openDialog, uiStore } from './ui';

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
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
  if (uiStore.get().dialog !== null) return;
  const kind = pageKind();
  const page = PAGES[Number(event.key) - 1];
  if (page !== undefined) goTo(page);
  else if (event.key === 'n') openDialog({ type: 'new', kind: kind ?? 'download' });
  else if (event.key === 'f') document.querySelector<HTMLInputElement>('input[type="search"]')?.focus();
  else return;
  event.preventDefault();
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
