/** Which thread gets the next tasks: all threads that are open have about as many in hand. */
import type { Packet } from './packet';
import type { TakenBack, Thread } from './thread';

export type PacketThread<Body, Results> = Thread<unknown, Body, Results, Packet<Body, Results>>;

export interface HandingOut {
  /** Tasks that no thread has. */
  readonly waiting: number;
  readonly lanes: number;
  /** A thread lives for one task. */
  readonly isSingle: boolean;
}

/** @returns the thread, and how many tasks it gets at most; `null`: none has room */
export function nextThread<Body, Results>(
  threads: readonly PacketThread<Body, Results>[],
  { waiting, lanes, isSingle }: HandingOut,
): { readonly thread: PacketThread<Body, Results>; readonly most: number } | null {
  const total = threads.reduce((sum, { tasksInHand }) => sum + tasksInHand, waiting);
  const fair = Math.ceil(total / threads.length);
  let best: PacketThread<Body, Results> | null = null;
  let most = 0;
  for (const thread of threads) {
    const hasRoom = isSingle ? thread.isOpen && thread.tasksInHand === 0 : thread.hasRoom;
    if (!hasRoom || (best !== null && thread.tasksInHand >= best.tasksInHand)) continue;
    // Another thread has free lanes, or is about to be there.
    const isNeededElsewhere = threads.some((other) => other !== thread && other.tasksInHand < lanes);
    const share = isNeededElsewhere ? fair - thread.tasksInHand : Infinity;
    if (share <= 0) continue;
    best = thread;
    most = isSingle ? 1 : share;
  }
  return best === null ? null : { thread: best, most };
}

/** Takes back half of what the fullest thread has not begun, where another one has nothing to do. */
export function takeForIdle<Body, Results>(
  threads: readonly PacketThread<Body, Results>[],
): (TakenBack<Packet<Body, Results>> & { readonly idle: PacketThread<Body, Results> }) | null {
  const idle = threads.find((thread) => thread.isOpen && thread.tasksInHand === 0);
  if (idle === undefined) return null;
  const from = threads.reduce((best, thread) => (thread.spare > best.spare ? thread : best), idle);
  const taken = from.takeBack();
  return taken === null ? null : { ...taken, idle };
}
