/** What a person can do about a failure, by its code. `null` where the message itself says it. */
import { text } from '../../common/text/text';

const CODES = [
  'http-401',
  'http-403',
  'http-404',
  'http-410',
  'http-429',
  'disk-full',
  'target-exists',
  'permission-denied',
  'length-mismatch',
  'bad-url',
] as const;

export function hintFor(code: string, retryable: boolean): string | null {
  const known = CODES.find((each) => each === code);
  if (known !== undefined) return text(`hint.${known}`);
  if (/^http-5\d\d$/u.test(code)) return text('hint.server');
  return retryable ? text('hint.retryable') : null;
}
