/** What was saved where the user said, and how to get there. */
import { request } from '../bridge';
import { notifyError, toast } from './notices';

/** @param what in a sentence without an end: 'The job was exported' */
export function toastSaved(what: string, path: string): void {
  toast(`${what} as ${path}.`, {
    action: {
      label: 'Open folder',
      run: () => {
        request('shell:show-saved', { path }).catch(notifyError);
      },
    },
  });
}
