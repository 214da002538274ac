/**
 * A list of rows of one height, taller than Chromium can lay out: it ignores
 * what lies beyond about 33.5 million pixels. Past a limit the scrolled element
 * is kept at the limit and its scroll position is stretched over the whole list.
 */
export const MAX_SCROLL_PX = 15_000_000;

/** Pixels: of all rows, of the element that is scrolled, of what is seen of it. */
export interface ListWindow {
  readonly rowsPx: number;
  readonly scrollPx: number;
  readonly viewPx: number;
}

export function listWindow(count: number, rowPx: number, viewPx: number): ListWindow {
  const rowsPx = count * rowPx;
  return { rowsPx, scrollPx: Math.min(rowsPx, MAX_SCROLL_PX), viewPx };
}

/** How many pixels of the list one pixel of scrolling moves; 1 for all but huge lists. */
function stretch(list: ListWindow): number {
  const scrolled = list.scrollPx - list.viewPx;
  return scrolled <= 0 ? 1 : (list.rowsPx - list.viewPx) / scrolled;
}

/** A scroll position → the offset in the list. */
export function toListOffset(scrollTop: number, list: ListWindow): number {
  return Math.min(Math.max(0, scrollTop * stretch(list)), Math.max(0, list.rowsPx - list.viewPx));
}

/** The other direction. */
export function toScrollTop(offset: number, list: ListWindow): number {
  return offset / stretch(list);
}

/** The nearest offset at which a row is whole in view. */
export function offsetShowing(index: number, offset: number, rowPx: number, viewPx: number): number {
  const top = index * rowPx;
  if (top < offset) return top;
  if (top + rowPx > offset + viewPx) return top + rowPx - viewPx;
  return offset;
}
