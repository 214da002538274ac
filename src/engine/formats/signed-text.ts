/**
 * Lists that are signed in themselves: OpenPGP's cleartext signature framework (RFC 9580 §7) and OpenBSD's signify -e.
 * The signature is not checked here, and that is said. What stands outside of what is signed is not part of the list.
 */
import { HeddleError } from '../../common/model/errors';
import type { ParsedLine } from './manifest-item';

const BEGIN = '-----BEGIN PGP SIGNED MESSAGE-----';
const SIGNATURE = '-----BEGIN PGP SIGNATURE-----';
const END = '-----END PGP SIGNATURE-----';
const UNTRUSTED = 'untrusted comment:';

const OUTSIDE = 'stands outside of the text that is signed: it was not checked';
const PGP = 'is signed; its signature was not checked, which gpg --verify does.';
const SIGNIFY = 'is signed; its signature was not checked, which signify -V -e does.';

export interface LineReader {
  read: (line: string) => ParsedLine;
}

/** Reads the lines of one file, in order. */
export class SignedText implements LineReader {
  readonly #inner: LineReader;
  readonly #apart: () => LineReader;
  /** `plain`: no line so far says that anything is signed. */
  #part: 'plain' | 'outside' | 'headers' | 'text' | 'signature' | 'signify';
  #line = 0;
  #isTold = false;

  /**
   * @param head the beginning of the file
   * @param inner reads what is signed
   * @param apart makes a reader for other lines
   */
  constructor(head: string, inner: LineReader, apart: () => LineReader) {
    this.#inner = inner;
    this.#apart = apart;
    this.#part = /^-----BEGIN PGP SIGNED MESSAGE-----[ \t]*\r?$/mu.test(head) ? 'outside' : 'plain';
  }

  read(line: string): ParsedLine {
    this.#line += 1;
    const frame = line.trimEnd();
    if (frame === BEGIN && this.#part !== 'signature') {
      const isCutOff = this.#part === 'text' || this.#part === 'headers';
      this.#part = 'headers';
      if (isCutOff) return { fault: NO_SIGNATURE };
      return this.#tell(PGP);
    }
    switch (this.#part) {
      case 'plain':
        if (this.#line > 1 || !line.startsWith(UNTRUSTED)) return this.#inner.read(line);
        this.#part = 'signify';
        return this.#tell(SIGNIFY);
      case 'signify':
        this.#part = 'plain';
        return /^[A-Za-z0-9+/]{40,}={0,2}$/u.test(frame) ? null : this.#inner.read(line);
      case 'headers':
        // No others than these are allowed: more of them would be read as a part of what is signed.
        if (/^(?:hash|charset|comment|version|notdashescaped):/iu.test(line)) return null;
        if (frame === '') this.#part = 'text';
        return this.#outside(line);
      case 'text':
        if (frame === SIGNATURE) {
          this.#part = 'signature';
          return null;
        }
        return this.#inner.read(line.startsWith('- ') ? line.slice(2) : line);
      case 'signature':
        if (frame === END) this.#part = 'outside';
        return null;
      case 'outside':
        return this.#outside(line);
    }
  }

  /** @returns what is wrong with how the text ends, or `null` */
  end(): string | null {
    return this.#part === 'text' || this.#part === 'headers' ? NO_SIGNATURE : null;
  }

  /** Words that people write around are nobody's entries. */
  #outside(line: string): ParsedLine {
    const parsed = this.#apart().read(line);
    return parsed !== null && 'name' in parsed ? { fault: OUTSIDE } : null;
  }

  #tell(note: string): ParsedLine {
    if (this.#isTold) return null;
    this.#isTold = true;
    return { note };
  }
}

const NO_SIGNATURE =
  'comes where the signature of the text before it should be: the file is cut off or damaged';

/** @throws HeddleError `manifest-unreadable` for a signature without the list that it is of, and for what is packed in one */
export function refuseSignature(head: string, fileName: string | null): void {
  const start = head.trimStart();
  const isBinary = /\.(?:sig|asc|gpg|pgp)$/iu.test(fileName ?? '') && /^[\x80-\xff]/u.test(head);
  if (/^-----BEGIN (?:PGP|SSH) SIGNATURE-----/u.test(start) || isDetachedSignify(start) || isBinary) {
    throw new HeddleError(
      'manifest-unreadable',
      `The file is a signature, and lists nothing. Give the list that it signs${listOf(fileName)}; gpg --verify (or the tool that made it) checks the signature.`,
    );
  }
  if (start.startsWith('-----BEGIN PGP MESSAGE-----')) {
    throw new HeddleError(
      'manifest-unreadable',
      'The file is a PGP message. Take the list out of it first: gpg --decrypt --output LIST FILE',
    );
  }
}

/** Of signify and minisign, which write two lines, and minisign four: comments and base64 alone. */
function isDetachedSignify(start: string): boolean {
  if (!start.startsWith(UNTRUSTED)) return false;
  const lines = start.split(/\r?\n/u).filter((line) => line !== '');
  return lines.every((line) => /^(?:(?:un)?trusted comment:|[A-Za-z0-9+/]{40,}={0,2}$)/u.test(line));
}

function listOf(fileName: string | null): string {
  const list = fileName?.replace(/\.(?:sig|asc|gpg|pgp|minisig|sign)$/iu, '') ?? '';
  return list === '' || list === fileName ? '' : ` (${list}, say)`;
}
