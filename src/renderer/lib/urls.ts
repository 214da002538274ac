/** Counts the URLs in pasted text as the planner will read it: one a line, `#` begins a comment. */

export interface UrlCount {
  readonly understood: number;
  /** Lines that hold something that is no http or https URL. */
  readonly notUnderstood: number;
  /** The first such line, shortened, to show what is meant. */
  readonly example: string | null;
}

export const NO_URLS: UrlCount = { understood: 0, notUnderstood: 0, example: null };

const EXAMPLE_LENGTH = 60;

export function isDownloadUrl(text: string): boolean {
  if (!/^https?:\/\//iu.test(text)) return false;
  return URL.canParse(text);
}

function addLine(count: UrlCount, line: string): UrlCount {
  const text = line.trim();
  if (text === '' || text.startsWith('#')) return count;
  if (isDownloadUrl(text)) return { ...count, understood: count.understood + 1 };
  return {
    ...count,
    notUnderstood: count.notUnderstood + 1,
    example: count.example ?? (text.length > EXAMPLE_LENGTH ? `${text.slice(0, EXAMPLE_LENGTH - 1)}…` : text),
  };
}

export function countUrls(text: string): UrlCount {
  let count = NO_URLS;
  for (const line of lines(text)) count = addLine(count, line);
  return count;
}

/** Lines without a second copy of the whole text: pasted lists may be tens of megabytes. */
function* lines(text: string): Generator<string> {
  let start = 0;
  while (start <= text.length) {
    const end = text.indexOf('\n', start);
    if (end < 0) {
      yield text.slice(start);
      return;
    }
    yield text.slice(start, end);
    start = end + 1;
  }
}

/** How long one piece of counting may hold the window up. */
const SLICE_MS = 8;

/**
 * As {@link countUrls}, in slices, so that typing stays smooth under a long list.
 * @param done called once, unless the returned function was called before
 */
export function countUrlsInSlices(text: string, done: (count: UrlCount) => void): () => void {
  const source = lines(text);
  let count = NO_URLS;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const slice = (): void => {
    const until = performance.now() + SLICE_MS;
    for (;;) {
      for (let i = 0; i < 200; i++) {
        const next = source.next();
        if (next.done === true) {
          done(count);
          return;
        }
        count = addLine(count, next.value);
      }
      if (performance.now() > until) break;
    }
    timer = setTimeout(slice, 0);
  };
  timer = setTimeout(slice, 0);
  return () => {
    clearTimeout(timer);
  };
}
