import { describe, expect, it } from 'vitest';
import type { StripSegment } from '../../common/model/frames';
import { layoutStrip, shadeOf, trimSegments, type StripView } from './strip-geometry';

function segment(startMs: number, endMs: number, more: Partial<StripSegment> = {}): StripSegment {
  return { lane: 0, startMs, endMs, outcome: 'done', tasks: 1, name: 'a', ...more };
}

const VIEW: StripView = {
  segments: [],
  running: [],
  lanes: 1,
  fromMs: 1000,
  toMs: 31_000,
  width: 600,
  height: 12,
};

describe('layoutStrip', () => {
  it('places a task by its times, with a gap behind it', () => {
    const [rect] = layoutStrip({ ...VIEW, segments: [segment(16_000, 21_000)] });
    expect(rect).toMatchObject({ x: 300, y: 0, width: 98.5, height: 12 });
  });

  it('cuts what reaches out of the window, and leaves out what lies beyond', () => {
    const rects = layoutStrip({
      ...VIEW,
      segments: [segment(-5000, 500), segment(0, 2000), segment(30_000, 99_000)],
    });
    expect(rects).toHaveLength(2);
    expect(rects[0]?.x).toBe(0);
    const last = rects[1];
    expect((last?.x ?? 0) + (last?.width ?? 0)).toBeLessThanOrEqual(600);
  });

  it('lets a running task extend to now', () => {
    const [rect] = layoutStrip({ ...VIEW, running: [{ lane: 0, startedAtMs: 26_000 }] });
    expect(rect?.x).toBe(500);
    expect(rect?.width).toBeCloseTo(98.5, 6);
  });

  it('shows the shortest task', () => {
    const [rect] = layoutStrip({ ...VIEW, segments: [segment(5000, 5001)] });
    expect(rect?.width).toBe(1);
  });

  it('divides its height among lanes', () => {
    const rects = layoutStrip({
      ...VIEW,
      lanes: 2,
      segments: [segment(2000, 9000), segment(2000, 9000, { lane: 1 }), segment(2000, 9000, { lane: 5 })],
    });
    expect(rects.map((rect) => [rect.y, rect.height])).toEqual([
      [0, 5.5],
      [6.5, 5.5],
    ]);
  });

  it('shares two rows among many lanes', () => {
    const rects = layoutStrip({
      ...VIEW,
      lanes: 16,
      segments: [0, 1, 2, 15].map((lane) => segment(2000, 9000, { lane })),
    });
    expect(rects.map((rect) => [rect.y, rect.height])).toEqual([
      [0, 5.5],
      [6.5, 5.5],
      [0, 5.5],
      [6.5, 5.5],
    ]);
  });

  it('shows failures and what was not done apart', () => {
    const tones = layoutStrip({
      ...VIEW,
      segments: [
        segment(2000, 3000, { outcome: 'failed' }),
        segment(3000, 4000, { outcome: 'skipped' }),
        segment(4000, 5000, { outcome: 'cancelled' }),
      ],
    }).map((rect) => rect.tone);
    expect(tones).toEqual(['failed', 'skipped', 'skipped']);
  });

  it('gives a task the same shade while it runs and afterwards', () => {
    const [running] = layoutStrip({ ...VIEW, running: [{ lane: 0, startedAtMs: 8123.25 }] });
    const [ended] = layoutStrip({ ...VIEW, segments: [segment(8123.25, 12_000)] });
    expect(running?.tone).toBe(ended?.tone);
  });

  it('draws nothing into nothing', () => {
    expect(layoutStrip({ ...VIEW, width: 0, segments: [segment(2000, 3000)] })).toEqual([]);
    expect(layoutStrip({ ...VIEW, toMs: 1000, segments: [segment(2000, 3000)] })).toEqual([]);
  });
});

describe('shadeOf', () => {
  it('uses every shade, also for times of this age', () => {
    const shades = new Set<number>();
    for (let i = 0; i < 200; i++) shades.add(shadeOf(0, 1_784_000_000_000 + i * 37));
    expect([...shades].sort()).toEqual([0, 1, 2, 3]);
  });
});

describe('trimSegments', () => {
  it('drops what ended before', () => {
    const kept = segment(5000, 9000);
    expect(trimSegments([segment(0, 1000), kept], 2000)).toEqual([kept]);
  });

  it('hands back the same list where nothing is to drop', () => {
    const segments = [segment(5000, 9000)];
    expect(trimSegments(segments, 2000)).toBe(segments);
  });
});
