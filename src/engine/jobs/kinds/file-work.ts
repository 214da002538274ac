/** What all work on files has in common. */
import { FINDINGS, type Finding } from '../../../common/model/tasks';
import type { Kind } from './kind';

const KNOWN_FINDINGS: ReadonlySet<string> = new Set(FINDINGS);

/** Of a task that failed: its error's code may say what was found. */
export function namedFinding(code: string): Finding | null {
  return KNOWN_FINDINGS.has(code) ? (code as Finding) : null;
}

export const FILE_WORK = {
  writesTo: null,
  // Computing and copying keep a thread's hands full.
  connections: null,
  tasksInPacket: Infinity,
  tasksAhead: 0,
  limitPerHost: Infinity,
  firstPerHost: Infinity,
  findingOf: namedFinding,
  retryPolicy: (_packet, _task, base) => base,
} as const satisfies Partial<Kind>;
