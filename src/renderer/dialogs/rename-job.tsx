/** Another name for a job, as its list, the history and `heddle jobs` show it. */
import { useId, useState } from 'react';
import { text } from '../../common/text/text';
import { Button } from '../components/button';
import { Dialog } from '../components/dialog';
import { renameJob } from '../state/actions';
import { useJob } from '../state/jobs';
import { closeDialog } from '../state/ui';
import styles from './form.module.css';

const MOST_CHARACTERS = 300;

export function RenameJob({ jobId }: { readonly jobId: number }) {
  const job = useJob(jobId);
  const [typed, setTyped] = useState<string | null>(null);
  const id = useId();
  if (job === null) return null;
  const label = typed ?? job.label;
  return (
    <Dialog title={text('rename.title')} small onClose={closeDialog}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (label.trim() === '') return;
          renameJob(jobId, label.trim());
          closeDialog();
        }}
      >
        <div className={styles['body']}>
          <div className={styles['field']}>
            <label className={styles['label']} htmlFor={id}>
              {text('rename.name')}
            </label>
            <input
              id={id}
              className={styles['input']}
              value={label}
              maxLength={MOST_CHARACTERS}
              spellCheck={false}
              // The field is what the dialog was opened for.
              autoFocus
              onFocus={(event) => {
                event.target.select();
              }}
              onChange={(event) => {
                setTyped(event.target.value);
              }}
            />
          </div>
        </div>
        <div className={styles['buttons']}>
          <Button onPress={closeDialog}>{text('common.cancel')}</Button>
          <Button look="primary" type="submit" isDisabled={label.trim() === ''}>
            {text('rename.act')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
