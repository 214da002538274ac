/** What every thread did, on one time axis for all contenders. */
import { text } from '../../../common/text/text';
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import type { Experiment, Timeline } from '../../../common/experiments/experiment';
import { preciseTime } from '../../../common/experiments/figures';
import { contenderNames } from '../../../common/experiments/text';
import { visible } from '../../../common/model/visible';
import { niceCeil, timeTicks } from '../../lib/axis';
import { onThemeChange } from '../../lib/theme';
import {
  firstFocus,
  focusAt,
  layoutTimelines,
  moveFocus,
  pieceAt,
  stripBox,
  xOf,
  zoomed,
  type TimelineFocus,
  type TimelineLayout,
  type TimelineView,
} from '../../lib/timeline-geometry';
import { useRequest } from '../../lib/use-request';
import { useWidth } from '../../lib/use-width';
import { liveTimelines } from '../../state/experiments';
import { useStore } from '../../state/store';
import { paintTimelines } from './timeline-painter';
import styles from './timelines.module.css';

type Span = Pick<TimelineView, 'fromMs' | 'toMs'>;

/** The strips of now while it runs; afterwards those that were kept. */
export function useTimelines({ id, state }: Experiment): readonly Timeline[] {
  const version = useStore(liveTimelines.version, (now) => now);
  const kept = useRequest('experiments:timelines', state === 'done' ? { experimentId: id } : null);
  return useMemo(
    () => kept ?? liveTimelines.timelines(id),
    // The live ones change in place; their version says so.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [kept, id, version],
  );
}

interface TimelinesProps {
  readonly experiment: Experiment;
  readonly label: string;
}

export function Timelines({ experiment, label }: TimelinesProps) {
  const timelines = useTimelines(experiment);
  const layout = useMemo(() => layoutTimelines(timelines), [timelines]);
  return layout.sections.length === 0 ? null : (
    <Chart experiment={experiment} label={label} layout={layout} />
  );
}

interface ChartProps extends TimelinesProps {
  readonly layout: TimelineLayout;
}

function Chart({ experiment, label, layout }: ChartProps) {
  const names = contenderNames(experiment.request.contenders);
  const holder = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(holder);
  const [span, setSpan] = useState<Span | null>(null);
  const [focus, setFocus] = useState<TimelineFocus | null>(null);
  const running = experiment.state === 'running';
  const wholeMs = running ? niceCeil(layout.wallMs) : layout.wallMs;
  const fromMs = span?.fromMs ?? 0;
  const toMs = span?.toMs ?? wholeMs;
  const view = useMemo(() => ({ fromMs, toMs, width }), [fromMs, toMs, width]);
  const { contenders } = experiment.request;

  useEffect(() => {
    const element = canvas.current;
    if (element === null) return undefined;
    const modes = contenders.map(({ mode }) => mode);
    const paint = (): void => {
      paintTimelines(element, layout, view, modes);
    };
    paint();
    return onThemeChange(paint);
  }, [layout, view, contenders]);

  const zoom = (factor: number, aroundMs = (fromMs + toMs) / 2): void => {
    const next = zoomed({ fromMs, toMs }, wholeMs, factor, aroundMs);
    setSpan(next.fromMs <= 0 && next.toMs >= wholeMs ? null : next);
  };
  const lookAt = (next: TimelineFocus | null): void => {
    setFocus(next);
    const piece = pieceAt(layout, next)?.piece;
    if (span === null || piece === undefined) return;
    // What is looked at comes into view.
    const half = (toMs - fromMs) / 2;
    if (piece.endMs >= fromMs && piece.startMs <= toMs) return;
    const middle = Math.min(Math.max(piece.startMs, half), wholeMs - half);
    setSpan({ fromMs: middle - half, toMs: middle + half });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const middle = pieceAt(layout, focus)?.piece.startMs;
    if (event.key === '+' || event.key === '=') zoom(0.5, middle);
    else if (event.key === '-') zoom(2, middle);
    else if (event.key === '0') setSpan(null);
    else if (event.key === 'Escape' && focus !== null) setFocus(null);
    else {
      const from = focus ?? firstFocus(layout);
      const next = from === null ? null : focus === null ? from : moveFocus(layout, from, event.key);
      if (next === null || !/^(?:Arrow|Page|Home|End)/u.test(event.key)) return;
      lookAt(next);
    }
    event.preventDefault();
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    const next = focusAt(layout, view, event.clientX - box.left, event.clientY - box.top);
    if (JSON.stringify(next) !== JSON.stringify(focus)) setFocus(next);
  };

  return (
    <section className={styles['part']} aria-label={label}>
      <div className={styles['head']}>
        <h3 className={styles['caption']}>{text('timelines.title')}</h3>
        {!running && (
          <div className={styles['zoom']}>
            <ZoomButton
              name={text('timelines.zoom-out')}
              sign="−"
              off={span === null}
              onPress={() => {
                zoom(2);
              }}
            />
            <ZoomButton
              name={text('timelines.zoom-in')}
              sign="+"
              off={false}
              onPress={() => {
                zoom(0.5);
              }}
            />
            <ZoomButton
              name={text('timelines.zoom-all')}
              sign={text('timelines.all')}
              off={span === null}
              onPress={() => {
                setSpan(null);
              }}
            />
          </div>
        )}
      </div>
      <div className={styles['chart']}>
        <div className={styles['names']} style={{ height: `${layout.height}px` }}>
          {layout.sections.map(({ contender, y }) => (
            <span key={contender} className={styles['name']} style={{ top: `${y}px` }}>
              {names[contender]}
            </span>
          ))}
        </div>
        <div
          ref={holder}
          className={styles['holder']}
          role="application"
          aria-label={text('timelines.keys')}
          tabIndex={0}
          style={{ height: `${layout.height}px` }}
          onKeyDown={onKeyDown}
          onPointerMove={onPointerMove}
          onPointerLeave={() => {
            setFocus(null);
          }}
          onBlur={() => {
            setFocus(null);
          }}
        >
          <canvas
            ref={canvas}
            className={styles['canvas']}
            role="img"
            aria-label={summaryOf(layout, names)}
          />
          <Mark layout={layout} view={view} focus={focus} />
        </div>
        <Axis view={view} />
      </div>
      <p className={styles['live']} role="status" aria-live="polite">
        {focusText(layout, focus, names) ?? hintOf(layout)}
      </p>
    </section>
  );
}

interface ZoomButtonProps {
  readonly name: string;
  readonly sign: string;
  readonly off: boolean;
  readonly onPress: () => void;
}

function ZoomButton({ name, sign, off, onPress }: ZoomButtonProps) {
  return (
    <button
      type="button"
      className={styles['zoomButton']}
      aria-label={name}
      title={name}
      disabled={off}
      onClick={onPress}
    >
      {sign}
    </button>
  );
}

interface MarkProps {
  readonly layout: TimelineLayout;
  readonly view: TimelineView;
  readonly focus: TimelineFocus | null;
}

/** A frame around the strip that is looked at. */
function Mark({ layout, view, focus }: MarkProps) {
  const found = pieceAt(layout, focus);
  const box = found === null ? null : stripBox(found.piece, view);
  if (found === null || box === null) return null;
  const { y, height } = found.row;
  const width = Math.max(3, box.width);
  return (
    <div
      className={styles['mark']}
      style={{
        left: `${box.x - 2}px`,
        top: `${y - 2}px`,
        width: `${width + 4}px`,
        height: `${height + 4}px`,
      }}
    />
  );
}

function Axis({ view }: { readonly view: TimelineView }) {
  return (
    <div className={styles['axis']} aria-hidden="true">
      {timeTicks(view.fromMs, view.toMs, view.width).map(({ ms, text: time }, index, all) => (
        <span
          key={ms}
          className={styles['tick']}
          data-end={index === 0 ? 'first' : index === all.length - 1 ? 'last' : undefined}
          style={{ left: `${xOf(ms, { ...view, width: 100 })}%` }}
        >
          {time}
        </span>
      ))}
    </div>
  );
}

function focusText(
  layout: TimelineLayout,
  focus: TimelineFocus | null,
  names: readonly string[],
): string | null {
  const found = pieceAt(layout, focus);
  if (found === null) return null;
  const { section, piece } = found;
  const what =
    piece.tasks > 1
      ? text('timelines.several', { count: piece.tasks, name: visible(piece.name) })
      : visible(piece.name);
  const length = preciseTime(piece.endMs - piece.startMs);
  return text(piece.failed ? 'timelines.piece-failed' : 'timelines.piece', {
    mode: names[section.contender] ?? '',
    thread: piece.worker,
    what,
    start: preciseTime(piece.startMs),
    time: length,
  });
}

function hintOf(layout: TimelineLayout): string {
  const sampled = layout.sections.some(({ bands }) => bands.length > 0);
  return text(sampled ? 'timelines.hint.line' : 'timelines.hint');
}

function summaryOf(layout: TimelineLayout, names: readonly string[]): string {
  const parts = layout.sections.map(({ contender, rows, wallMs }) => {
    const tasks = rows.reduce(
      (sum, { pieces }) => sum + pieces.reduce((own, each) => own + each.tasks, 0),
      0,
    );
    const threads = new Set(rows.flatMap(({ pieces }) => pieces.map(({ worker }) => worker))).size;
    return text('timelines.part', {
      mode: names[contender] ?? '',
      tasks: text('common.tasks', { count: tasks }),
      threads,
      time: preciseTime(wallMs),
    });
  });
  return text('timelines.summary', { parts: parts.join('. ') });
}
