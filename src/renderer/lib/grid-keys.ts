/** What keys do in a list of rows that can be chosen, as file managers have it (ARIA's grid and listbox patterns). Pure. */

interface Keys {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  /** Cmd, on macOS. */
  readonly metaKey: boolean;
}

export type GridKey =
  /** `select` chooses the row alone, `extend` all up to it, `move` none. */
  | { readonly what: 'select' | 'extend' | 'move'; readonly to: number }
  | { readonly what: 'all' | 'copy' | 'toggle' | 'open' | 'details' | 'retry' | 'close' };

/**
 * @param active place of the row that the keys are about; `null`: none yet
 * @param page rows in sight
 * @returns `null`: the key is none of the list's
 */
export function gridKey(keys: Keys, active: number | null, total: number, page: number): GridKey | null {
  const { key, shiftKey } = keys;
  const control = keys.ctrlKey || keys.metaKey;
  const to = targetOf(key, active, total, page);
  if (to !== null) return { what: shiftKey ? 'extend' : control ? 'move' : 'select', to };
  if (shiftKey) return null;
  if (control) {
    const letter = key.toLowerCase();
    if (letter === 'a') return { what: 'all' };
    if (letter === 'c') return { what: 'copy' };
    return key === ' ' ? { what: 'toggle' } : null;
  }
  if (key === 'Enter') return { what: 'open' };
  if (key === ' ') return { what: 'details' };
  if (key === 'r' || key === 'R') return { what: 'retry' };
  return key === 'Escape' ? { what: 'close' } : null;
}

function targetOf(key: string, active: number | null, total: number, page: number): number | null {
  switch (key) {
    case 'ArrowDown':
      return active === null ? 0 : active + 1;
    case 'ArrowUp':
      return active === null ? 0 : active - 1;
    case 'PageDown':
      return (active ?? 0) + page;
    case 'PageUp':
      return (active ?? 0) - page;
    case 'Home':
      return 0;
    case 'End':
      return total - 1;
    default:
      return null;
  }
}
