import { useEffect, useRef } from 'react';
import { describeStrip } from '../lib/strip-text';
import { liveStore, strips } from '../state/frames';
import { paintOn } from './strip-painter';
import styles from './strip-canvas.module.css';

/** How often screen readers are given a new description. */
const DESCRIBE_MS = 4000;

/** One worker's strip. Drawn by the painter; described in words now and then. */
export function StripCanvas({ worker }: { readonly worker: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return undefined;
    const endPainting = paintOn(element, worker, strips);
    // Not through React: the text changes with nothing that is rendered.
    const describe = (): void => {
      const { jobs, watched } = liveStore.get();
      const frame = watched === null ? undefined : jobs.get(watched);
      const text = describeStrip(
        worker,
        frame?.workers.find((entry) => entry.worker === worker),
      );
      element.setAttribute('aria-label', text);
    };
    describe();
    const timer = setInterval(describe, DESCRIBE_MS);
    return () => {
      clearInterval(timer);
      endPainting();
    };
  }, [worker]);
  return <canvas ref={canvas} className={styles['canvas']} role="img" aria-label={`W${worker}`} />;
}
