/** What the engine understands of the sources of a download, asked for while they are typed. */
import { useEffect, useMemo, useRef, useState } from 'react';
import type { ListFormat, ListPreview } from '../../common/model/download';
import { toErrorData } from '../../common/model/errors';
import { visible } from '../../common/model/visible';
import { request } from '../bridge';
import { failureText } from '../lib/failure-text';
import type { PreviewedSource } from '../lib/previews';
import type { Drafts } from '../state/drafts';

/** So long after the last key it is asked for. */
const QUIET_MS = 150;

type Lists = Pick<Drafts['download'], 'text' | 'pasted' | 'listFiles'>;

interface Source {
  readonly key: string;
  readonly name: string | null;
  readonly text: string | null;
  readonly file: string | null;
  readonly format: ListFormat | null;
}

interface Answer {
  readonly source: Source;
  readonly preview: ListPreview | null;
  readonly error: string | null;
}

function sourcesOf({ text, pasted, listFiles }: Lists, format: ListFormat | null): Source[] {
  return [
    ...(text.trim() === '' ? [] : [{ key: 'text', name: null, text, file: null, format }]),
    ...pasted.map((list) => ({
      key: `pasted:${list.id}`,
      name: list.name,
      text: list.text,
      file: null,
      format,
    })),
    ...listFiles.map((file) => ({
      key: `file:${file}`,
      name: visible(file.replace(/^.*[/\\]/u, '')),
      text: null,
      file,
      format,
    })),
  ];
}

function isSame(left: Source | undefined, right: Source): boolean {
  return left?.text === right.text && left.format === right.format;
}

/**
 * The last answer of a source stays until the next is there.
 * @param format of all of them; `null`: told by their beginning
 */
export function usePreviews(draft: Lists, format: ListFormat | null): readonly PreviewedSource[] {
  const { text, pasted, listFiles } = draft;
  const [answers, setAnswers] = useState<ReadonlyMap<string, Answer>>(new Map());
  /** What was asked last of each source. */
  const asked = useRef(new Map<string, Source>());
  useEffect(() => {
    const sources = sourcesOf({ text, pasted, listFiles }, format);
    const current = new Set(sources.map(({ key }) => key));
    for (const key of asked.current.keys()) if (!current.has(key)) asked.current.delete(key);
    const timers = sources
      .filter((source) => !isSame(asked.current.get(source.key), source))
      .map((source) =>
        setTimeout(
          () => {
            asked.current.set(source.key, source);
            const answer = (preview: ListPreview | null, error: string | null): void => {
              if (asked.current.get(source.key) !== source) return;
              setAnswers((held) => new Map(held).set(source.key, { source, preview, error }));
            };
            request('lists:preview', { text: source.text, file: source.file, format: source.format }).then(
              (preview) => {
                answer(preview, null);
              },
              (error: unknown) => {
                answer(null, visible(failureText(toErrorData(error))));
              },
            );
          },
          source.key === 'text' ? QUIET_MS : 0,
        ),
      );
    return () => {
      for (const timer of timers) clearTimeout(timer);
    };
  }, [text, pasted, listFiles, format]);
  return useMemo(
    () =>
      sourcesOf({ text, pasted, listFiles }, format).map((source) => {
        const answer = answers.get(source.key);
        return {
          key: source.key,
          name: source.name,
          preview: answer?.preview ?? null,
          error: answer?.error ?? null,
          isCurrent: isSame(answer?.source, source),
        };
      }),
    [text, pasted, listFiles, format, answers],
  );
}
