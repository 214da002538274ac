import { useJob } from '../state/jobs';
import { removeJob } from '../state/actions';
import { useStore } from '../state/store';
import { closeDialog, uiStore } from '../state/ui';
import { assertNever } from '../../common/errors';
import { Button } from '../components/button';
import { Dialog } from '../components/dialog';
import { NewCopy } from './new-copy';
import { NewDownload } from './new-download';
import { NewHash } from './new-hash';
import { NewVerify } from './new-verify';
import styles from './form.module.css';

/** The dialog that is open, if one is. */
export function DialogHost() {
  const dialog = useStore(uiStore, (ui) => ui.dialog);
  if (dialog === null) return null;
  if (dialog.type === 'remove') return <ConfirmRemove jobId={dialog.jobId} />;
  switch (dialog.kind) {
    case 'download':
      return <NewDownload />;
    case 'hash':
      return <NewHash />;
    case 'verify':
      return <NewVerify />;
    case 'copy':
      return <NewCopy />;
    default:
      return assertNever(dialog.kind);
  }
}

function ConfirmRemove({ jobId }: { readonly jobId: number }) {
  const job = useJob(jobId);
  if (job === null) return null;
  return (
    <Dialog title="Remove from the list?" small alert onClose={closeDialog}>
      <div className={styles['body']}>
        <p>
          “{job.label}” and what is known about its tasks will be forgotten. Its files stay where they are.
        </p>
      </div>
      <div className={styles['buttons']}>
        <Button onPress={closeDialog} autoFocus>
          Keep
        </Button>
        <Button
          look="danger"
          onPress={() => {
            removeJob(jobId);
            closeDialog();
          }}
        >
          Remove
        </Button>
      </div>
    </Dialog>
  );
}
