/**
 * Whose certificates are believed: those that the runtime brings along, those of the user's file, and those of the
 * system's store. Reading the store takes 0.1 s of each thread, so it is done when a server shows a certificate whose
 * issuer is not known without it.
 */
import { readFileSync } from 'node:fs';
import tls, { type SecureContext } from 'node:tls';
import buildConnector from 'undici/lib/core/connect.js';
import { HeddleError } from '../common/model/errors';
import { errorCode } from '../files/entries';

/** undici's types do not tell that its own returns the socket at once; the one through a tunnel returns a promise. */
export type Connector = (...args: Parameters<ReturnType<typeof buildConnector>>) => unknown;
type ConnectOptions = Parameters<typeof buildConnector>[0];

export const UNKNOWN_ISSUER: ReadonlySet<string> = new Set([
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
]);

/** @throws HeddleError when the file cannot be read */
export function readCertificates(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new HeddleError('ca-file', `The certificates in ${path} cannot be read.`, { cause: error });
  }
}

/** @param own PEM certificates of the user's, or `null` */
export function trustingConnector(options: ConnectOptions, own: string | null): Connector {
  const believe = (secureContext: SecureContext | null): Connector =>
    buildConnector({ ...options, ...(secureContext === null ? {} : { secureContext }) });
  let connect = believe(own === null ? null : contextOf(false, own));
  let hasSystem = false;
  return (target, callback) => {
    const used = connect;
    return used(target, (...result) => {
      const [error] = result;
      if (error === null || !UNKNOWN_ISSUER.has(errorCode(error) ?? '')) {
        callback(...result);
        return;
      }
      if (!hasSystem) {
        hasSystem = true;
        connect = believe(contextOf(true, own));
      }
      if (used === connect) callback(...result);
      else connect(target, callback);
    });
  };
}

/** Every certificate that is believed, for connections that are made elsewhere. */
export function contextOf(withSystem: boolean, own: string | null): SecureContext {
  // Electron 33's Node does not have it yet.
  const { getCACertificates } = tls as Partial<Pick<typeof tls, 'getCACertificates'>>;
  const known = [
    ...(getCACertificates?.('default') ?? tls.rootCertificates),
    ...(withSystem ? (getCACertificates?.('system') ?? []) : []),
    ...(own === null ? [] : [own]),
  ];
  return tls.createSecureContext({ ca: [...new Set(known)] });
}
