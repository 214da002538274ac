/**
 * Whose certificates are believed: those that the runtime brings along, those of the user's file, and those of the
 * system's store. Reading the store takes 0.1 s of each thread, so it is done when a server shows a certificate whose
 * issuer is not known without it. And which certificate is shown to servers that ask for one.
 */
import { readFileSync } from 'node:fs';
import tls, { type SecureContext, type SecureContextOptions } from 'node:tls';
import { HeddleError } from '../../common/model/errors';
import { errorCode } from '../../files/entries';

export interface TrustOptions {
  /** Of the files below. */
  readonly read: (path: string) => Buffer;
  /** PEM certificates to trust beside the usual ones. */
  readonly caFile: string | null;
  /** Servers' certificates are not checked at all. */
  readonly insecure: boolean;
  /** The client's own certificate: PEM, with its key or without, or PKCS #12. */
  readonly certFile: string | null;
  /** PEM; `null`: the key is in `certFile`. */
  readonly keyFile: string | null;
  /** Of the key, or of PKCS #12. */
  readonly keyPassword: string | null;
}

/** What holds where the user says nothing. */
export const USUAL_TRUST: TrustOptions = {
  read: readFileSync,
  caFile: null,
  insecure: false,
  certFile: null,
  keyFile: null,
  keyPassword: null,
};

const UNKNOWN_ISSUER: ReadonlySet<string> = new Set([
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
]);

export class Trust {
  readonly insecure: boolean;
  readonly #authorities: string | null;
  readonly #identity: SecureContextOptions;
  #withSystem = false;
  #forServers: SecureContext | null = null;
  #forProxies: SecureContext | null = null;

  /** @throws HeddleError `ca-file` or `client-certificate` when a file cannot be read, or is not what it should be */
  constructor(options: TrustOptions) {
    this.insecure = options.insecure;
    this.#authorities = options.caFile === null ? null : readAuthorities(options.caFile, options.read);
    this.#identity = readIdentity(options);
    // What is wrong with the user's certificate is told before any connection.
    if (options.certFile !== null) this.#forServers = this.#makeForServers(options.certFile);
  }

  get forServers(): SecureContext {
    return (this.#forServers ??= this.#make(this.#identity));
  }

  /** The user's certificate is not for proxies. */
  get forProxies(): SecureContext {
    return (this.#forProxies ??= this.#make({}));
  }

  /**
   * After `error` under one of its contexts: believes those of the system's store too, where that may help.
   * @returns whether more is believed now than was under `used`
   */
  widen(error: unknown, used: SecureContext): boolean {
    if (!UNKNOWN_ISSUER.has(errorCode(error) ?? '')) return false;
    if (!this.#withSystem) {
      this.#withSystem = true;
      this.#forServers = null;
      this.#forProxies = null;
    }
    return used !== this.#forServers && used !== this.#forProxies;
  }

  #make(identity: SecureContextOptions): SecureContext {
    // Without a list it is the runtime's, which is not parsed again for each context.
    if (this.#authorities === null && !this.#withSystem) return tls.createSecureContext(identity);
    // Electron 33's Node does not have it yet.
    const { getCACertificates } = tls as Partial<Pick<typeof tls, 'getCACertificates'>>;
    const known = [
      ...(getCACertificates?.('default') ?? tls.rootCertificates),
      ...(this.#withSystem ? (getCACertificates?.('system') ?? []) : []),
      ...(this.#authorities === null ? [] : [this.#authorities]),
    ];
    return tls.createSecureContext({ ...identity, ca: [...new Set(known)] });
  }

  #makeForServers(certFile: string): SecureContext {
    try {
      return this.#make(this.#identity);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const { key } = this.#identity;
      // One wrong password in some hundred makes something of a key that looks right, and is none.
      const isLocked = Buffer.isBuffer(key) && key.includes('ENCRYPTED');
      throw new HeddleError(
        'client-certificate',
        `The client certificate in ${certFile} cannot be used: ${explain(why, isLocked)}.`,
        { cause: error },
      );
    }
  }
}

function readAuthorities(path: string, read: TrustOptions['read']): string {
  const text = readOrTell(read, path, 'ca-file', 'The certificates').toString();
  if (text.includes('-----BEGIN ')) return text;
  throw new HeddleError('ca-file', `There are no certificates in ${path}; they are expected as PEM.`);
}

function readIdentity({ certFile, keyFile, keyPassword, read }: TrustOptions): SecureContextOptions {
  if (certFile === null) return {};
  const bytes = readOrTell(read, certFile, 'client-certificate', 'The client certificate');
  const passphrase = keyPassword === null ? {} : { passphrase: keyPassword };
  if (!bytes.includes('-----BEGIN ')) return { pfx: bytes, ...passphrase };
  const key =
    keyFile === null
      ? bytes
      : readOrTell(read, keyFile, 'client-certificate', 'The key of the client certificate');
  return { cert: bytes, key, ...passphrase };
}

function readOrTell(read: TrustOptions['read'], path: string, code: string, what: string): Buffer {
  try {
    return read(path);
  } catch (error) {
    throw new HeddleError(code, `${what} in ${path} cannot be read.`, { cause: error });
  }
}

/** What OpenSSL means by its words. */
function explain(message: string, isLocked: boolean): string {
  const isNone = /no start line|not enough data|wrong tag|unsupported/iu.test(message);
  if (
    (isLocked && isNone) ||
    /mac verify failure|bad decrypt|bad password|interrupted or cancelled|passphrase/iu.test(message)
  )
    return 'its password is missing or wrong';
  if (isNone) return `it, or its key, is neither PEM nor PKCS #12 (${message})`;
  if (/key values mismatch/iu.test(message)) return 'its key belongs to another certificate';
  return message;
}
