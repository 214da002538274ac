import { useEffect, useState } from 'react';
import type { FirstCopied } from '../../common/model/copy-options';
import { toErrorData } from '../../common/model/errors';
import type { CopyJobRequest } from '../../common/model/job-request';
import { visible } from '../../common/model/visible';
import { text } from '../../common/text/text';
import { request } from '../bridge';
import { failureText } from '../lib/failure-text';
import styles from './form.module.css';

/** So long after the last change it is asked for. */
const QUIET_MS = 150;

/** Where the first file goes, before anything starts. @param asked `null`: something is missing still */
export function FirstFile({ asked }: { readonly asked: CopyJobRequest | null }) {
  const told = useFirstFile(asked);
  return (
    <p className={styles['note']} role="status">
      {told}
    </p>
  );
}

function useFirstFile(asked: CopyJobRequest | null): string {
  const [told, setTold] = useState('');
  const key = asked === null ? null : JSON.stringify(asked);
  useEffect(() => {
    let isCurrent = true;
    const show = (answer: string): void => {
      if (isCurrent) setTold(answer);
    };
    const timer = setTimeout(() => {
      if (key === null) show('');
      else {
        request('copies:first', JSON.parse(key) as CopyJobRequest).then(
          (first) => {
            show(sentence(first));
          },
          (error: unknown) => {
            show(visible(failureText(toErrorData(error))));
          },
        );
      }
    }, QUIET_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [key]);
  return told;
}

function sentence(first: FirstCopied | null): string {
  if (first === null) return text('dialog.no-file');
  return text('dialog.first-copy', { source: visible(first.source), target: visible(first.target) });
}
