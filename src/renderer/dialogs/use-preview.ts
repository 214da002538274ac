/** What the engine understands of a list, asked for while it is typed. */
import { useEffect, useState } from 'react';
import type { ListPreview } from '../../common/model/download';
import { request } from '../bridge';
import { notifyError } from '../state/notices';

/** So long after the last key it is asked for. */
const QUIET_MS = 150;

type Source = { readonly text: string } | { readonly file: string };

/** The last answer stays until the next is there; `null` before the first, and for an empty text. */
export function usePreview(source: Source): ListPreview | null {
  const [preview, setPreview] = useState<ListPreview | null>(null);
  const text = 'text' in source ? source.text : null;
  const file = 'file' in source ? source.file : null;
  useEffect(() => {
    let isCurrent = true;
    const timer = setTimeout(() => {
      if (file === null && (text ?? '').trim() === '') {
        setPreview(null);
        return;
      }
      request('lists:preview', { text, file }).then((answer) => {
        if (isCurrent) setPreview(answer);
      }, notifyError);
    }, QUIET_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [text, file]);
  return preview;
}
