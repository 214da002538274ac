/** Ready-made work, as the page offers it. */
import { READY_WORKS, type ReadyWork } from '../../../common/experiment';

interface WorkWords {
  readonly name: string;
  readonly shows: string;
}

export const WORK_WORDS: Readonly<Record<ReadyWork, WorkWords>> = {
  'slow-server': { name: 'Calls to a slow server', shows: 'TEMP.' },
  'small-files': { name: 'Many small files', shows: 'TEMP.' },
  'large-files': { name: 'A few large files', shows: 'TEMP.' },
  computing: { name: 'Computing', shows: 'TEMP.' },
  'tiny-tasks': { name: 'Tiny tasks', shows: 'TEMP.' },
  serving: { name: 'Serving many clients', shows: 'TEMP.' },
};
export const WORKS = READY_WORKS;
