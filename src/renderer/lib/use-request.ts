/** What the main process answers, kept fresh. */
import { useEffect, useState } from 'react';
import type { RequestInput, RequestName, RequestOutput } from '../../common/ipc';
import { request } from '../bridge';
import { notifyError } from '../state/notices';

/**
 * @param input `null`: nothing is asked
 * @param everyMs asks again so long after each answer; `null`: once
 * @param version asks again when it changes
 * @returns `null` until the first answer to this very input
 */
export function useRequest<Name extends RequestName>(
  name: Name,
  input: RequestInput<Name> | null,
  { everyMs = null, version = '' }: { readonly everyMs?: number | null; readonly version?: string } = {},
): RequestOutput<Name> | null {
  const key = JSON.stringify([name, input]);
  const [answer, setAnswer] = useState<{ readonly key: string; readonly value: RequestOutput<Name> } | null>(
    null,
  );
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let wanted = true;
    const [, given] = JSON.parse(key) as [Name, RequestInput<Name> | null];
    if (given === null) return undefined;
    const ask = (): void => {
      request(name, given).then(
        (value) => {
          if (!wanted) return;
          setAnswer({ key, value });
          if (everyMs !== null) timer = setTimeout(ask, everyMs);
        },
        (error: unknown) => {
          if (wanted) notifyError(error);
        },
      );
    };
    ask();
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [key, name, everyMs, version]);
  return answer?.key === key ? answer.value : null;
}
