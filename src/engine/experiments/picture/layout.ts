/** Measures that the sections of the picture share. Pixels. */
export const WIDTH = 1000;
export const MARGIN = 32;
/** Where bars, strips and axes begin. */
export const LEFT = 236;
export const RIGHT = WIDTH - MARGIN;

/** A part of the picture, drawn from y = 0 down. */
export interface Section {
  readonly height: number;
  readonly markup: readonly string[];
}

/** Round values from 0 up to a most, about five of them: steps of 1, 2 or 5 × 10ⁿ. */
export function ticks(most: number, parts = 5): number[] {
  if (!(most > 0) || !Number.isFinite(most)) return [0];
  const power = 10 ** Math.floor(Math.log10(most / parts));
  const step =
    [1, 2, 5, 10].map((factor) => factor * power).find((each) => most / each <= parts) ?? power * 10;
  return Array.from({ length: Math.floor(most / step + 1e-9) + 1 }, (_, index) => index * step);
}
