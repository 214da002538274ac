import { describe, expect, it } from 'vitest';
import { listWindow, MAX_SCROLL_PX, offsetShowing, toListOffset, toScrollTop } from './list-window';

describe('a list that fits', () => {
  const list = listWindow(5000, 31, 400);

  it('scrolls pixel by pixel', () => {
    expect(list.scrollPx).toBe(5000 * 31);
    expect(toListOffset(1234, list)).toBe(1234);
    expect(toScrollTop(1234, list)).toBe(1234);
  });

  it('never shows more than there is', () => {
    expect(toListOffset(1e9, list)).toBe(5000 * 31 - 400);
    expect(toListOffset(-5, list)).toBe(0);
    expect(toListOffset(100, listWindow(3, 31, 400))).toBe(0);
  });
});

describe('a list of a million rows', () => {
  const list = listWindow(1_000_000, 31, 400);

  it('is laid out no taller than Chromium can', () => {
    expect(list.scrollPx).toBe(MAX_SCROLL_PX);
  });

  it('reaches its last row at the end of scrolling', () => {
    expect(toListOffset(MAX_SCROLL_PX - 400, list)).toBeCloseTo(31_000_000 - 400, 3);
  });

  it('comes back to where it was', () => {
    expect(toListOffset(toScrollTop(12_345_678, list), list)).toBeCloseTo(12_345_678, 3);
  });
});

describe('offsetShowing', () => {
  it('moves just as far as the row needs', () => {
    expect(offsetShowing(10, 0, 31, 400)).toBe(0);
    expect(offsetShowing(20, 0, 31, 400)).toBe(21 * 31 - 400);
    expect(offsetShowing(2, 500, 31, 400)).toBe(62);
  });
});
