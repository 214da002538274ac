import { useEffect, useRef } from 'react';
import type { WorkerFrame } from '../../common/model/frames';
import { describeStrip } from '../lib/strip-text';
import type { StripHistory } from '../state/strip-history';
import { paintOn } from './strip-painter';
import styles from './strip-canvas.module.css';

/** How often screen readers are given a new description. */
const DESCRIBE_MS = 4000;

interface StripCanvasProps {
  readonly worker: number;
  /** `W1` */
  readonly label: string;
  readonly history: StripHistory;
  /** Its newest frame; the same function at every rendering. */
  readonly frameOf: (worker: number) => WorkerFrame | undefined;
}

/** One thread's strip. Drawn by the painter; described in words now and then. */
export function StripCanvas({ worker, label, history, frameOf }: StripCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return undefined;
    const endPainting = paintOn(element, worker, history);
    // Not through React: the text changes with nothing that is rendered.
    const describe = (): void => {
      element.setAttribute('aria-label', describeStrip(label, frameOf(worker)));
    };
    describe();
    const timer = setInterval(describe, DESCRIBE_MS);
    return () => {
      clearInterval(timer);
      endPainting();
    };
  }, [worker, label, history, frameOf]);
  return <canvas ref={canvas} className={styles['canvas']} role="img" aria-label={label} />;
}
