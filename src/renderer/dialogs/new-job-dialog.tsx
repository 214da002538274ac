/** The frame of the dialogs for new jobs: drop, create, errors, buttons. */
import { labelText } from '../lib/job-label';
import { text } from '../../common/text/text';
import { useEffect, useState, type ReactNode } from 'react';
import { toErrorData, type ErrorData } from '../../common/model/errors';
import type { JobRequest } from '../../common/model/job-request';
import { request } from '../bridge';
import { Button } from '../components/button';
import { Dialog } from '../components/dialog';
import { DropTarget } from '../kind-page/drop-target';
import { ownLabel } from '../lib/experiment-draft';
import { kindText, type PageKind } from '../kinds';
import { changeExperiment } from '../state/experiment-page';
import { clearDraft } from '../state/drafts';
import { rememberChoices } from '../state/memory';
import { announce } from '../state/notices';
import { closeDialog, showJob, useForExperiment } from '../state/ui';
import { copyRequestCommand } from '../state/actions';
import { ErrorLine } from './fields';
import styles from './form.module.css';

export interface Creation {
  readonly busy: boolean;
  readonly error: ErrorData | null;
  /** @param onMade called when the job is there */
  readonly create: (jobRequest: JobRequest, onMade?: () => void) => void;
}

/** Makes the job and shows it; what was entered is forgotten only then. */
export function useCreation(kind: PageKind): Creation {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorData | null>(null);
  const forExperiment = useForExperiment();
  const run = async (jobRequest: JobRequest, onMade: () => void): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      const job = await request('jobs:create', jobRequest);
      onMade();
      rememberChoices(jobRequest);
      clearDraft(kind);
      closeDialog();
      showJob(job);
      announce(text(`kind.${kind}.made`, { name: labelText(job) }));
    } catch (failure) {
      setError(toErrorData(failure));
      setBusy(false);
    }
  };
  return {
    busy,
    error,
    create: (jobRequest, onMade = () => undefined) => {
      if (forExperiment) {
        changeExperiment({ work: 'own', own: { label: ownLabel(jobRequest), request: jobRequest } });
        closeDialog();
      } else void run(jobRequest, onMade);
    },
  };
}

interface NewJobDialogProps {
  readonly kind: PageKind;
  readonly creation: Creation;
  /** An error that no field shows. */
  readonly error: ErrorData | null;
  /** What is missing; `null` when the job can be made. */
  readonly missing: string | null;
  readonly start: string;
  /** Another way to begin, left of the usual one. */
  readonly instead?: { readonly text: string; readonly onPress: () => void };
  /** Whether the other way is the only one. */
  readonly onlyInstead?: boolean;
  readonly onStart: () => void;
  readonly wide?: boolean;
  /** What would be made; `null` as long as it cannot be. */
  readonly request: JobRequest | null;
  /** At the left of the buttons. */
  readonly foot?: ReactNode;
  /** Said where nothing is missing. */
  readonly note?: string;
  readonly children: ReactNode;
}

export function NewJobDialog(props: NewJobDialogProps) {
  const { kind, creation, missing } = props;
  const forExperiment = useForExperiment();
  const instead = forExperiment ? undefined : props.instead;
  const onlyInstead = !forExperiment && props.onlyInstead === true;
  const disabled = missing !== null || creation.busy;
  // While the dialog is filled in, the threads of its job come up.
  useEffect(() => {
    if (forExperiment) return;
    request('threads:prepare', { kind }).catch(() => undefined);
  }, [kind, forExperiment]);
  return (
    <Dialog
      title={kindText(kind, forExperiment ? 'work' : 'create')}
      wide={props.wide === true}
      onClose={closeDialog}
    >
      <DropTarget kind={kind}>
        <div className={styles['body']}>
          {props.children}
          <ErrorLine error={props.error} />
        </div>
        <div className={styles['buttons']}>
          {props.foot}
          {!forExperiment && missing === null && props.request !== null && (
            <CopyAsCommand request={props.request} />
          )}
          <p
            className={`${styles['note'] ?? ''} ${styles['pathText'] ?? ''}`}
            title={missing === null ? props.note : undefined}
          >
            {missing ?? props.note ?? ''}
          </p>
          <Button onPress={closeDialog}>{text('common.cancel')}</Button>
          {instead !== undefined && (
            <Button look={onlyInstead ? 'primary' : 'plain'} isDisabled={disabled} onPress={instead.onPress}>
              {instead.text}
            </Button>
          )}
          {!onlyInstead && (
            <Button look="primary" isDisabled={disabled} onPress={props.onStart}>
              {forExperiment ? text('dialog.use-work') : props.start}
            </Button>
          )}
        </div>
      </DropTarget>
    </Dialog>
  );
}

function CopyAsCommand({ request: asked }: { readonly request: JobRequest }) {
  return (
    <Button
      look="link"
      onPress={() => {
        copyRequestCommand(asked);
      }}
    >
      {text('dialog.copy-command')}
    </Button>
  );
}
