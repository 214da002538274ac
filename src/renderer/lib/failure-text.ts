/** Failures in the window's language. They are stored in English, each with a code that stays. */
import type { ErrorData } from '../../common/model/errors';
import { shownCatalogue, text } from '../../common/text/text';

export interface Failure {
  readonly sentence: string;
  /** What was stored, which may know more; `null` where the sentence is all of it. */
  readonly detail: string | null;
}

export function failureOf({ code, message }: Pick<ErrorData, 'code' | 'message'>): Failure {
  const catalogue = shownCatalogue();
  const told = catalogue.stored(message);
  if (told !== message) return { sentence: told, detail: null };
  const sentence = catalogue.failure(code);
  return sentence === null ? { sentence: message, detail: null } : { sentence, detail: message };
}

/** All of it in a line. */
export function failureText(error: Pick<ErrorData, 'code' | 'message'>): string {
  const { sentence, detail } = failureOf(error);
  return detail === null ? sentence : text('failure.with-detail', { sentence, detail });
}

/** A sentence that the engine stored, in the window's language where that knows it. */
export function storedText(sentence: string): string {
  return shownCatalogue().stored(sentence);
}
