/**
 * Draws all strips from one loop. It runs only while time moves on (a job
 * runs) and the window is seen; with reduced motion it draws once a second.
 */
import { STRIP_WINDOW_MS } from '../../common/model/frames';
import { clearedCanvas } from '../lib/canvas';
import { layoutStrip, type StripTone } from '../lib/strip-geometry';
import { onThemeChange, themeColour } from '../lib/theme';
import type { StripHistory } from '../state/strip-history';

/** A strip moves about 20 pixels a second: more pictures than this would not be seen. */
const INTERVAL_MS = 50;
const REDUCED_INTERVAL_MS = 1000;
const CORNER_PX = 2;

interface Surface {
  readonly worker: number;
  readonly history: StripHistory;
  /** CSS pixels, kept by a ResizeObserver so that drawing reads no layout. */
  width: number;
  height: number;
  visible: boolean;
}

const surfaces = new Map<HTMLCanvasElement, Surface>();
const reducedMotion = window.matchMedia('(prefers-reduced-motion: reduce)');

const resizes = new ResizeObserver((entries) => {
  for (const entry of entries) {
    const canvas = entry.target as HTMLCanvasElement;
    const surface = surfaces.get(canvas);
    if (surface === undefined) continue;
    surface.width = entry.contentRect.width;
    surface.height = entry.contentRect.height;
    paint(canvas, surface);
  }
});

const sights = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    const canvas = entry.target as HTMLCanvasElement;
    const surface = surfaces.get(canvas);
    if (surface === undefined) continue;
    surface.visible = entry.isIntersecting;
    if (surface.visible) paint(canvas, surface);
  }
});

/** @returns what ends the painting */
export function paintOn(canvas: HTMLCanvasElement, worker: number, history: StripHistory): () => void {
  surfaces.set(canvas, { worker, history, width: 0, height: 0, visible: true });
  resizes.observe(canvas);
  sights.observe(canvas);
  return () => {
    resizes.unobserve(canvas);
    sights.unobserve(canvas);
    surfaces.delete(canvas);
  };
}

/** Keeps the strips moving as long as their job runs. @returns what stops it */
export function startPainter(history: StripHistory): () => void {
  let timer = 0;
  let request = 0;
  const stop = (): void => {
    clearTimeout(timer);
    cancelAnimationFrame(request);
  };
  // The frame is asked for when it is due: one that draws nothing costs the page's whole way all the same.
  const wait = (): void => {
    timer = window.setTimeout(
      () => {
        request = requestAnimationFrame(() => {
          paintAll();
          wait();
        });
      },
      reducedMotion.matches ? REDUCED_INTERVAL_MS : INTERVAL_MS,
    );
  };
  const follow = (): void => {
    stop();
    paintAll();
    if (history.moving.get()) wait();
  };
  const endings = [
    history.moving.subscribe(follow),
    history.workers.subscribe(paintAll),
    onThemeChange(paintAll),
  ];
  follow();
  return () => {
    stop();
    for (const end of endings) end();
  };
}

function paintAll(): void {
  for (const [canvas, surface] of surfaces) paint(canvas, surface);
}

const COLOURS: Readonly<Record<string, string>> = { failed: '--strip-fail', skipped: '--strip-skip' };

function colourOf(tone: StripTone): string {
  return themeColour(typeof tone === 'number' ? `--strip-${tone + 1}` : (COLOURS[tone] ?? '--strip-skip'));
}

function paint(canvas: HTMLCanvasElement, surface: Surface): void {
  if (!surface.visible || surface.width === 0) return;
  const context = clearedCanvas(canvas, surface.width, surface.height);
  if (context === null) return;

  const strip = surface.history.strip(surface.worker);
  if (strip === undefined) return;
  const toMs = surface.history.nowMs();
  const rects = layoutStrip({
    segments: strip.segments,
    running: strip.running,
    lanes: strip.lanes,
    fromMs: toMs - STRIP_WINDOW_MS,
    toMs,
    width: surface.width,
    height: surface.height,
  });
  for (const rect of rects) {
    context.fillStyle = colourOf(rect.tone);
    if (rect.width < 2 * CORNER_PX) {
      context.fillRect(rect.x, rect.y, rect.width, rect.height);
      continue;
    }
    context.beginPath();
    context.roundRect(rect.x, rect.y, rect.width, rect.height, CORNER_PX);
    context.fill();
  }
}
