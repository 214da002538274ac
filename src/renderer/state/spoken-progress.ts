/** Says aloud how far the job is that is shown, at quarters. Its end is said by the list of jobs. */
import { labelText } from '../lib/job-label';
import { text } from '../../common/text/text';
import { nextWord, quarterOf, type Spoken } from '../lib/quarters';
import { liveStore } from './frames';
import { jobsStore } from './jobs';
import { announce } from './notices';

/** Once, at the window's start. */
export function speakProgress(): void {
  let of: number | null = null;
  let said: Spoken | null = null;
  liveStore.subscribe(() => {
    const { watched, jobs } = liveStore.get();
    const frame = watched === null ? undefined : jobs.get(watched);
    if (watched !== of) {
      of = watched;
      said = null;
    }
    if (watched === null || frame?.state !== 'running') return;
    said ??= { quarter: quarterOf(frame), atMs: performance.now() };
    const next = nextWord(said, frame, performance.now());
    if (next === null) return;
    said = next;
    const job = jobsStore.get().byId.get(watched);
    if (job !== undefined)
      announce(text('told.job.quarter', { name: labelText(job), percent: next.quarter * 25 }));
  });
}
