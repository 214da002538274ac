/** Where the strips of an experiment's timelines lie. Pure: milliseconds in, pixels out. */
import type { ActivitySample, Timeline, TimelinePiece } from '../../common/experiments/experiment';
import { lanesOf, type Lane } from '../../common/experiments/timeline-lanes';

/** One lane of one thread: its strips never overlap. */
export interface TimelineRow {
  readonly worker: number;
  readonly y: number;
  readonly height: number;
  /** By start. */
  readonly pieces: readonly TimelinePiece[];
}

/** Below a thread's lanes: how busy its event loop was. */
export interface ActivityBand {
  readonly worker: number;
  readonly y: number;
  readonly height: number;
  /** By time. */
  readonly samples: readonly ActivitySample[];
}

/** One contender's run. */
export interface TimelineSection {
  readonly contender: number;
  readonly wallMs: number;
  readonly y: number;
  readonly height: number;
  readonly rows: readonly TimelineRow[];
  readonly bands: readonly ActivityBand[];
}

export interface TimelineLayout {
  readonly sections: readonly TimelineSection[];
  readonly height: number;
  /** The longest run. */
  readonly wallMs: number;
}

/** What part of the time axis is seen, on how many CSS pixels. */
export interface TimelineView {
  readonly fromMs: number;
  readonly toMs: number;
  readonly width: number;
}

/** Which strip is looked at: indices into sections, rows and pieces. */
export interface TimelineFocus {
  readonly section: number;
  readonly row: number;
  readonly piece: number;
}

const SECTION_GAP_PX = 14;
/** More rows than these would be a haze: threads that lived one after another share rows. */
const MOST_ROWS = 64;
/** A section is at least as high as its label. */
const LEAST_HEIGHT_PX = 18;

function rowHeight(rows: number): number {
  if (rows <= 1) return 12;
  if (rows <= 12) return 5;
  return rows <= 32 ? 3 : 2;
}

function bandHeight(workers: number): number {
  if (workers <= 1) return 6;
  return workers <= 12 ? 3 : 2;
}

/** Lanes that do not overlap in time share one, the first that is free; so that 2,000 short threads need few rows. */
function packed(lanes: readonly Lane[]): Lane[] {
  const byStart = lanes
    .flatMap((lane) => lane.pieces)
    .sort((a, b) => a.startMs - b.startMs || a.endMs - b.endMs);
  const rows: { readonly pieces: TimelinePiece[]; endMs: number }[] = [];
  for (const piece of byStart) {
    const free = rows.find((row) => row.endMs <= piece.startMs);
    if (free === undefined) rows.push({ pieces: [piece], endMs: piece.endMs });
    else {
      free.pieces.push(piece);
      free.endMs = piece.endMs;
    }
  }
  return rows.map(({ pieces }, index) => ({ worker: index + 1, lane: 0, pieces }));
}

function sectionOf(timeline: Timeline, top: number): TimelineSection {
  const all = lanesOf(timeline.pieces);
  const lanes = all.length > MOST_ROWS ? packed(all) : all;
  const workers = [...new Set(lanes.map(({ worker }) => worker))];
  const samples = new Map<number, ActivitySample[]>();
  for (const sample of timeline.activity) {
    const own = samples.get(sample.worker);
    if (own === undefined) samples.set(sample.worker, [sample]);
    else own.push(sample);
  }
  // Threads that share rows have no band of their own.
  const shared = lanes.some(({ pieces }) => pieces.some(({ worker }) => worker !== pieces[0]?.worker));
  const hasBands = samples.size > 0 && !shared;
  const height = rowHeight(lanes.length);
  const rows: TimelineRow[] = [];
  const bands: ActivityBand[] = [];
  let y = top;
  for (const worker of workers) {
    for (const lane of lanes) {
      if (lane.worker !== worker) continue;
      rows.push({ worker, y, height, pieces: lane.pieces });
      y += height + 1;
    }
    if (!hasBands) continue;
    const band = bandHeight(workers.length);
    const own = [...(samples.get(worker) ?? [])].sort((a, b) => a.atMs - b.atMs);
    bands.push({ worker, y, height: band, samples: own });
    y += band + 2;
  }
  const drawn = y - top;
  return {
    contender: timeline.contender,
    wallMs: timeline.wallMs,
    y: top,
    height: Math.max(LEAST_HEIGHT_PX, drawn),
    rows,
    bands,
  };
}

/** Runs below each other, on one time axis. */
export function layoutTimelines(timelines: readonly Timeline[]): TimelineLayout {
  const sections: TimelineSection[] = [];
  let y = 0;
  for (const timeline of timelines) {
    const section = sectionOf(timeline, y);
    sections.push(section);
    y += section.height + SECTION_GAP_PX;
  }
  return {
    sections,
    height: Math.max(0, y - SECTION_GAP_PX),
    wallMs: Math.max(0, ...timelines.map(({ wallMs }) => wallMs)),
  };
}

export function xOf(ms: number, { fromMs, toMs, width }: TimelineView): number {
  return toMs > fromMs ? ((ms - fromMs) / (toMs - fromMs)) * width : 0;
}

export interface StripBox {
  readonly x: number;
  readonly width: number;
}

/** A strip's place; `null` where it lies outside of the view. Strips that are wide enough leave a gap to the next. */
export function stripBox(piece: TimelinePiece, view: TimelineView): StripBox | null {
  if (piece.endMs < view.fromMs || piece.startMs > view.toMs) return null;
  const from = xOf(Math.max(piece.startMs, view.fromMs), view);
  const to = xOf(Math.min(piece.endMs, view.toMs), view);
  const full = to - from;
  return { x: from, width: Math.max(0.6, full > 3 ? full - 1 : full) };
}

/** A shade for each strip of a lane, so that neighbours differ. */
export function shadeAt(index: number): 0 | 1 | 2 | 3 {
  const order = [2, 0, 3, 1, 2, 1, 3, 0] as const;
  return order[index % order.length] ?? 0;
}

/** The last piece that starts at or before a time; -1 for none. */
function lastBefore(pieces: readonly TimelinePiece[], ms: number): number {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((pieces[middle]?.startMs ?? Infinity) <= ms) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The piece nearest to a time; -1 where there is none. */
function nearest(pieces: readonly TimelinePiece[], ms: number): number {
  const before = lastBefore(pieces, ms);
  const at = pieces[before];
  const after = pieces[before + 1];
  if (after === undefined) return before;
  if (at === undefined) return before + 1;
  return ms - at.endMs <= after.startMs - ms ? before : before + 1;
}

/** The strip at a point, or one so near that it was meant. @param slackPx how near */
export function focusAt(
  layout: TimelineLayout,
  view: TimelineView,
  x: number,
  y: number,
  slackPx = 3,
): TimelineFocus | null {
  const section = layout.sections.findIndex((each) => y >= each.y - 1 && y <= each.y + each.height + 1);
  const rows = layout.sections[section]?.rows ?? [];
  const row = rows.findIndex((each) => y >= each.y - 1 && y < each.y + each.height + 1);
  const pieces = rows[row]?.pieces;
  if (pieces === undefined || view.width === 0) return null;
  const ms = view.fromMs + (x / view.width) * (view.toMs - view.fromMs);
  const piece = nearest(pieces, ms);
  const found = pieces[piece];
  if (found === undefined) return null;
  const slackMs = (slackPx / view.width) * (view.toMs - view.fromMs);
  return ms >= found.startMs - slackMs && ms <= found.endMs + slackMs ? { section, row, piece } : null;
}

export function pieceAt(
  layout: TimelineLayout,
  focus: TimelineFocus | null,
): { readonly section: TimelineSection; readonly row: TimelineRow; readonly piece: TimelinePiece } | null {
  if (focus === null) return null;
  const section = layout.sections[focus.section];
  const row = section?.rows[focus.row];
  const piece = row?.pieces[focus.piece];
  return section === undefined || row === undefined || piece === undefined ? null : { section, row, piece };
}

/** The first strip of all; `null` where there is none. */
export function firstFocus(layout: TimelineLayout): TimelineFocus | null {
  const section = layout.sections.findIndex((each) => each.rows.some(({ pieces }) => pieces.length > 0));
  return section < 0 ? null : { section, row: 0, piece: 0 };
}

/**
 * Where a key leads: left and right along a lane, up and down to the strip of the neighbouring lane that is nearest
 * in time, Home and End to a lane's ends, Page Up and Page Down to the neighbouring contender.
 *
 * @returns the same focus where there is nothing further, `null` for other keys
 */
export function moveFocus(layout: TimelineLayout, focus: TimelineFocus, key: string): TimelineFocus | null {
  const at = pieceAt(layout, focus);
  if (at === null) return firstFocus(layout);
  const last = at.row.pieces.length - 1;
  switch (key) {
    case 'ArrowLeft':
      return { ...focus, piece: Math.max(0, focus.piece - 1) };
    case 'ArrowRight':
      return { ...focus, piece: Math.min(last, focus.piece + 1) };
    case 'Home':
      return { ...focus, piece: 0 };
    case 'End':
      return { ...focus, piece: last };
    case 'ArrowUp':
    case 'ArrowDown':
      return toRow(layout, focus, key === 'ArrowUp' ? -1 : 1, at.piece);
    case 'PageUp':
    case 'PageDown': {
      const section = focus.section + (key === 'PageUp' ? -1 : 1);
      const pieces = layout.sections[section]?.rows[0]?.pieces;
      return pieces === undefined ? focus : { section, row: 0, piece: nearest(pieces, at.piece.startMs) };
    }
    default:
      return null;
  }
}

function toRow(layout: TimelineLayout, focus: TimelineFocus, by: 1 | -1, from: TimelinePiece): TimelineFocus {
  let { section } = focus;
  let row = focus.row + by;
  if (layout.sections[section]?.rows[row] === undefined) {
    section += by;
    row = by === 1 ? 0 : (layout.sections[section]?.rows.length ?? 0) - 1;
  }
  const pieces = layout.sections[section]?.rows[row]?.pieces;
  if (pieces === undefined) return focus;
  const piece = nearest(pieces, from.startMs);
  return { section, row, piece };
}

/** A part of the time axis around a moment, never beyond its ends. @param factor of the span: below 1 comes nearer */
export function zoomed(
  view: Pick<TimelineView, 'fromMs' | 'toMs'>,
  wallMs: number,
  factor: number,
  aroundMs: number,
): { readonly fromMs: number; readonly toMs: number } {
  const span = Math.min(
    wallMs,
    Math.max((view.toMs - view.fromMs) * factor, Math.min(wallMs, wallMs / 2000)),
  );
  const share = view.toMs > view.fromMs ? (aroundMs - view.fromMs) / (view.toMs - view.fromMs) : 0.5;
  const fromMs = Math.min(Math.max(0, aroundMs - share * span), wallMs - span);
  return { fromMs, toMs: fromMs + span };
}
