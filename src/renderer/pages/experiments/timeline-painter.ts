/** Draws an experiment's timelines: once for each change, however many strips there are. */
import type { Mode } from '../../../common/model/jobs';
import { clearedCanvas } from '../../lib/canvas';
import {
  shadeAt,
  stripBox,
  xOf,
  type ActivityBand,
  type StripBox,
  type TimelineLayout,
  type TimelineRow,
  type TimelineView,
} from '../../lib/timeline-geometry';
import { themeColour } from '../../lib/theme';

/** Of a strip's colour: neighbours differ in tint. */
const TINTS = [0.42, 0.58, 0.76, 1] as const;
const CORNER_PX = 1.5;
/** Corners of narrower strips would not be seen, and rounding costs. */
const LEAST_ROUND_PX = 4;

/** @param modes of the contenders, by index */
export function paintTimelines(
  canvas: HTMLCanvasElement,
  layout: TimelineLayout,
  view: TimelineView,
  modes: readonly Mode[],
): void {
  const context = view.width === 0 ? null : clearedCanvas(canvas, view.width, layout.height);
  if (context === null) return;
  for (const { contender, rows, bands } of layout.sections) {
    const colour = themeColour(`--mode-${modes[contender] ?? 'pool'}`);
    for (const row of rows) paintRow(context, row, view, colour);
    for (const band of bands) paintBand(context, band, view);
  }
  context.globalAlpha = 1;
}

function paintRow(
  context: CanvasRenderingContext2D,
  { pieces, y, height }: TimelineRow,
  view: TimelineView,
  colour: string,
): void {
  // By tint, so that the context changes its colour four times a row and not at each strip.
  const byTint: StripBox[][] = TINTS.map(() => []);
  let endX = -1;
  pieces.forEach((piece, index) => {
    const box = piece.failed ? null : stripBox(piece, view);
    // Of strips thinner than a pixel, one a pixel is seen.
    if (box === null || box.x + box.width < endX + 0.5) return;
    endX = box.x + box.width;
    byTint[shadeAt(index)]?.push(box);
  });
  context.fillStyle = colour;
  byTint.forEach((boxes, tint) => {
    context.globalAlpha = TINTS[tint] ?? 1;
    for (const { x, width } of boxes) {
      if (width < LEAST_ROUND_PX) context.fillRect(x, y, width, height);
      else {
        context.beginPath();
        context.roundRect(x, y, width, height, CORNER_PX);
        context.fill();
      }
    }
  });
  context.globalAlpha = 1;
  for (const piece of pieces) {
    const box = piece.failed ? stripBox(piece, view) : null;
    if (box === null) continue;
    context.fillStyle = themeColour('--fail');
    context.fillRect(box.x, y, box.width, height);
    // Not by its colour alone: a line through it.
    context.fillStyle = themeColour('--bg');
    context.fillRect(box.x, y + height / 2 - 0.5, box.width, 1);
  }
}

/** The higher, the more of the time the event loop had work. */
function paintBand(
  context: CanvasRenderingContext2D,
  { samples, y, height }: ActivityBand,
  view: TimelineView,
): void {
  context.fillStyle = themeColour('--busy-ink');
  context.globalAlpha = 0.65;
  let fromMs = 0;
  for (const { atMs, share } of samples) {
    // At whole pixels: between two samples there is no seam.
    const from = Math.max(0, Math.round(xOf(fromMs, view)));
    const to = Math.min(view.width, Math.round(xOf(atMs, view)));
    fromMs = atMs;
    if (to <= from) continue;
    const high = Math.min(1, Math.max(0, share)) * height;
    context.fillRect(from, y + height - high, to - from, high);
  }
}
