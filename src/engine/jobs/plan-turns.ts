import { setTimeout as pause } from 'node:timers/promises';

/** Queued tasks beyond which planning takes its time: it competes with the tasks for the same thread. */
const ENOUGH_PLANNED = 4000;
/** It has half of the time then. */
const PLAN_TURN_MS = 2;
const PLAN_PAUSE_MS = 2;

/** Planning goes on in turns, between which the tasks have theirs. */
export class PlanTurns {
  #turnMs = performance.now();

  /** @param queued tasks that could run: with much to do already there is no hurry */
  async giveOne(queued: number): Promise<void> {
    if (queued > ENOUGH_PLANNED && performance.now() - this.#turnMs > PLAN_TURN_MS) {
      await pause(PLAN_PAUSE_MS);
      this.#turnMs = performance.now();
    } else {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
