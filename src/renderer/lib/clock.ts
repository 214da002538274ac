/** The time of day for things that count down, in steps that all readers share. */
import { useSyncExternalStore } from 'react';

const STEP_MS = 500;

function subscribe(listener: () => void): () => void {
  const timer = setInterval(listener, STEP_MS);
  return () => {
    clearInterval(timer);
  };
}

function stand(): () => void {
  return () => undefined;
}

/** Milliseconds since the epoch, renewed twice a second; 0 while it is not needed. */
export function useNow(needed: boolean): number {
  return useSyncExternalStore(needed ? subscribe : stand, () =>
    needed ? Math.floor(Date.now() / STEP_MS) * STEP_MS : 0,
  );
}
