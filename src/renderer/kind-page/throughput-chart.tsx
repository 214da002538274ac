/** The last minute's throughput as an area. */
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import { formatRate } from '../../common/model/units';
import { text } from '../../common/text/text';
import { onThemeChange, themeColour } from '../lib/theme';
import { liveStore, throughput } from '../state/frames';
import { useStore } from '../state/store';
import { CHART_WINDOW_MS, type ThroughputPoint } from '../state/throughput';
import styles from './throughput-chart.module.css';

const HEIGHT = 52;

export function ThroughputChart() {
  const holder = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (holder.current === null) return undefined;
    return drawInto(holder.current);
  }, []);
  const watched = useStore(liveStore, (live) => live.watched !== null);
  const last = useStore(throughput.points, (points) => points.at(-1));
  const label =
    watched && last !== undefined
      ? text('figures.chart', { rate: formatRate(last.bytesPerSecond) })
      : text('figures.chart.none');
  return <div ref={holder} className={styles['chart']} role="img" aria-label={label} />;
}

/** Keeps a chart of {@link throughput} in the element. @returns what ends it */
function drawInto(element: HTMLElement): () => void {
  const chart = new uPlot(
    {
      width: element.clientWidth,
      height: HEIGHT,
      legend: { show: false },
      cursor: { show: false },
      padding: [2, 0, 0, 0],
      axes: [{ show: false }, { show: false }],
      scales: {
        x: {
          time: false,
          range: (_chart, _min, max) => [max - CHART_WINDOW_MS / 1000, max],
        },
        y: { range: (_chart, _min, max) => [0, Math.max(max * 1.08, 1)] },
      },
      series: [
        {},
        {
          width: 1.5,
          points: { show: false },
          stroke: () => themeColour('--chart-line'),
          fill: () => themeColour('--chart-area'),
        },
      ],
    },
    toData(throughput.points.get()),
    element,
  );
  const redraw = (): void => {
    chart.setData(toData(throughput.points.get()));
  };
  const observer = new ResizeObserver(() => {
    chart.setSize({ width: element.clientWidth, height: HEIGHT });
  });
  observer.observe(element);
  const endings = [throughput.points.subscribe(redraw), onThemeChange(redraw)];
  return () => {
    observer.disconnect();
    for (const end of endings) end();
    chart.destroy();
  };
}

function toData(points: readonly ThroughputPoint[]): uPlot.AlignedData {
  return [points.map((point) => point.atMs / 1000), points.map((point) => point.bytesPerSecond)];
}
