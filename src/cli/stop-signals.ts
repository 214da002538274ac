/**
 * What tells a command to stop. On Windows that is also Ctrl+Break, and a console that is closed, as SIGHUP: after some
 * ten seconds the system ends the process. Elsewhere SIGHUP is left alone: nohup has it ignored, and a handler would undo that.
 */
const STOPPING = ['SIGINT', 'SIGTERM'] as const;
const STOPPING_ON_WINDOWS = [...STOPPING, 'SIGBREAK', 'SIGHUP'] as const;

/** Calls `stop` each time. @returns what ends that */
export function onStop(stop: () => void, isWindows = process.platform === 'win32'): () => void {
  const signals = isWindows ? STOPPING_ON_WINDOWS : STOPPING;
  for (const signal of signals) process.on(signal, stop);
  return () => {
    for (const signal of signals) process.off(signal, stop);
  };
}
