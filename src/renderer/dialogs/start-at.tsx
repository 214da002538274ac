/** When a job that has not ended is to start. */
import { useId, useState } from 'react';
import { text } from '../../common/text/text';
import { Button } from '../components/button';
import { Dialog } from '../components/dialog';
import { startAt } from '../state/queue';
import { useJob } from '../state/jobs';
import { closeDialog } from '../state/ui';
import styles from './form.module.css';

const HOUR_MS = 3_600_000;

export function StartAt({ jobId }: { readonly jobId: number }) {
  const job = useJob(jobId);
  const [typed, setTyped] = useState<string | null>(null);
  const [openedAtMs] = useState(() => Date.now());
  const id = useId();
  if (job === null) return null;
  const value = typed ?? localTime(job.startAtMs ?? nextHour(openedAtMs));
  const atMs = new Date(value).getTime();
  const isLater = atMs > openedAtMs;
  return (
    <Dialog title={text('start-at.title')} small onClose={closeDialog}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!isLater) return;
          startAt(jobId, atMs);
          closeDialog();
        }}
      >
        <div className={styles['body']}>
          <div className={styles['field']}>
            <label className={styles['label']} htmlFor={id}>
              {text('start-at.when')}
            </label>
            <input
              id={id}
              type="datetime-local"
              className={styles['input']}
              value={value}
              min={localTime(openedAtMs)}
              aria-describedby={`${id}-note`}
              // The field is what the dialog was opened for.
              autoFocus
              onChange={(event) => {
                setTyped(event.target.value);
              }}
            />
            <p id={`${id}-note`} className={styles['note']}>
              {text(isLater ? 'start-at.note' : 'start-at.future')}
            </p>
          </div>
        </div>
        <div className={styles['buttons']}>
          {job.startAtMs !== null && (
            <Button
              onPress={() => {
                startAt(jobId, null);
                closeDialog();
              }}
            >
              {text('start-at.remove')}
            </Button>
          )}
          <Button onPress={closeDialog}>{text('common.cancel')}</Button>
          <Button look="primary" type="submit" isDisabled={!isLater}>
            {text('start-at.set')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function nextHour(nowMs: number): number {
  return Math.ceil((nowMs + 1) / HOUR_MS) * HOUR_MS;
}

/** As the field has it: the user's own time, to the minute. */
function localTime(ms: number): string {
  const at = new Date(ms);
  return new Date(ms - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
