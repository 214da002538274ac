/** The context menu that is open, if one is. */
import type { MenuEntry } from '../components/menu';
import { createStore } from './store';

export interface ContextMenu {
  /** Says whose menu it is. */
  readonly label: string;
  readonly entries: readonly MenuEntry[];
  readonly onAction: (id: string) => void;
  /** Pixels from the window's top left corner. */
  readonly x: number;
  readonly y: number;
  /** Gets the focus when the menu closes. */
  readonly returnTo: HTMLElement | null;
}

export const contextMenuStore = createStore<ContextMenu | null>(null);

export function openContextMenu(menu: Omit<ContextMenu, 'returnTo'>): void {
  const focused = document.activeElement;
  contextMenuStore.set({ ...menu, returnTo: focused instanceof HTMLElement ? focused : null });
}

export function closeContextMenu(): void {
  contextMenuStore.set(null);
}
