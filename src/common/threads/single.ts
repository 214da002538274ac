/** A thread that is made for one task and ends with it. */
export interface SingleData {
  readonly role: 'single';
  readonly task: SingleTask;
}

/** Digests of the same bytes in memory, over and over: as the tasks of `ComputeWorkerOptions`. */
export interface SingleTask {
  readonly id: number;
  readonly bytes: number;
  readonly rounds: number;
}
