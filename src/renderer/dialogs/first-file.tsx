import { useEffect, useState } from 'react';
import type { FirstCopied } from '../../common/model/copy-options';
import { toErrorData } from '../../common/model/errors';
import type { CopyJobRequest } from '../../common/model/job-request';
import { visible } from '../../common/model/visible';
import { request } from '../bridge';
import styles from './form.module.css';

/** So long after the last change it is asked for. */
const QUIET_MS = 150;

/** Where the first file goes, before anything starts. @param asked `null`: something is missing still */
export function FirstFile({ asked }: { readonly asked: CopyJobRequest | null }) {
  const text = useFirstFile(asked);
  return (
    <p className={styles['note']} role="status">
      {text}
    </p>
  );
}

function useFirstFile(asked: CopyJobRequest | null): string {
  const [text, setText] = useState('');
  const key = asked === null ? null : JSON.stringify(asked);
  useEffect(() => {
    let isCurrent = true;
    const show = (answer: string): void => {
      if (isCurrent) setText(answer);
    };
    const timer = setTimeout(() => {
      if (key === null) show('');
      else {
        request('copies:first', JSON.parse(key) as CopyJobRequest).then(
          (first) => {
            show(sentence(first));
          },
          (error: unknown) => {
            show(visible(toErrorData(error).message));
          },
        );
      }
    }, QUIET_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [key]);
  return text;
}

function sentence(first: FirstCopied | null): string {
  if (first === null) return 'There is no file to copy.';
  return `First file: ${visible(first.source)} → ${visible(first.target)}`;
}
