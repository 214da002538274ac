/** What the engine understands of the sources of a download, asked for while they are typed. */
import { useEffect, useMemo, useRef, useState } from 'react';
import type { ListPreview } from '../../common/model/download';
import { toErrorData } from '../../common/model/errors';
import { visible } from '../../common/model/visible';
import { request } from '../bridge';
import type { PreviewedSource } from '../lib/previews';
import type { Drafts } from '../state/drafts';

/** So long after the last key it is asked for. */
const QUIET_MS = 150;

type Draft = Drafts['download'];

interface Source {
  readonly key: string;
  readonly name: string | null;
  readonly text: string | null;
  readonly file: string | null;
}

interface Answer {
  readonly source: Source;
  readonly preview: ListPreview | null;
  readonly error: string | null;
}

export function sourcesOf({
  text,
  pasted,
  listFiles,
}: Pick<Draft, 'text' | 'pasted' | 'listFiles'>): Source[] {
  return [
    ...(text.trim() === '' ? [] : [{ key: 'text', name: null, text, file: null }]),
    ...pasted.map((list) => ({ key: `pasted ${list.id}`, name: 'Pasted text', text: list.text, file: null })),
    ...listFiles.map((file) => ({
      key: `file ${file}`,
      name: visible(file.replace(/^.*[/\\]/u, '')),
      text: null,
      file,
    })),
  ];
}

/** The last answer of a source stays until the next is there. */
export function usePreviews(draft: Pick<Draft, 'text' | 'pasted' | 'listFiles'>): readonly PreviewedSource[] {
  const { text, pasted, listFiles } = draft;
  const [answers, setAnswers] = useState<ReadonlyMap<string, Answer>>(new Map());
  /** What was asked last of each source. */
  const asked = useRef(new Map<string, Source>());
  useEffect(() => {
    const sources = sourcesOf({ text, pasted, listFiles });
    const current = new Set(sources.map(({ key }) => key));
    for (const key of asked.current.keys()) if (!current.has(key)) asked.current.delete(key);
    const timers = sources
      .filter((source) => asked.current.get(source.key)?.text !== source.text)
      .map((source) =>
        setTimeout(
          () => {
            asked.current.set(source.key, source);
            const answer = (preview: ListPreview | null, error: string | null): void => {
              if (asked.current.get(source.key) !== source) return;
              setAnswers((held) => new Map(held).set(source.key, { source, preview, error }));
            };
            request('lists:preview', { text: source.text, file: source.file }).then(
              (preview) => {
                answer(preview, null);
              },
              (error: unknown) => {
                answer(null, visible(toErrorData(error).message));
              },
            );
          },
          source.key === 'text' ? QUIET_MS : 0,
        ),
      );
    return () => {
      for (const timer of timers) clearTimeout(timer);
    };
  }, [text, pasted, listFiles]);
  return useMemo(
    () =>
      sourcesOf({ text, pasted, listFiles }).map((source) => {
        const answer = answers.get(source.key);
        return {
          key: source.key,
          name: source.name,
          preview: answer?.preview ?? null,
          error: answer?.error ?? null,
          isCurrent: answer?.source.text === source.text,
        };
      }),
    [text, pasted, listFiles, answers],
  );
}
