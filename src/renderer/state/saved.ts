/** What was saved where the user said, and how to get there. */
import { text } from '../../common/text/text';
import { request } from '../bridge';
import { notifyError, toast } from './notices';

type SavedKey = `told.${'exported' | 'manifest' | 'duplicates' | 'experiment-exported'}`;

export function toastSaved(what: SavedKey, path: string): void {
  toast(text(what, { path }), {
    action: {
      label: text('told.open-folder'),
      run: () => {
        request('shell:show-saved', { path }).catch(notifyError);
      },
    },
  });
}
