/** An experiment's request as it is stored: what may hold passwords and keys is sealed, as that of jobs is. */
import { DEFAULT_DOWNLOAD_OPTIONS } from '../../common/model/download-options';
import { HeddleError } from '../../common/model/errors';
import type { ParsedExperimentRequest } from '../../common/experiments/experiment';
import type { Vault } from './vault';

export interface StoredRequest {
  /** JSON: the request less what is sealed. */
  readonly request: string;
  /** The whole of it; `null` where there is nothing to hide. */
  readonly sealed: Buffer | null;
}

export function sealRequest(request: ParsedExperimentRequest, vault: Vault): StoredRequest {
  const { work } = request;
  if (work.type !== 'job' || work.request.kind !== 'download')
    return { request: JSON.stringify(request), sealed: null };
  const { headers, user, bearer, proxy, userAgent, keyPassword } = DEFAULT_DOWNLOAD_OPTIONS;
  const options = { ...work.request.options, headers, user, bearer, proxy, userAgent, keyPassword };
  const bare = { ...work.request, urls: [], text: null, options };
  return {
    request: JSON.stringify({ ...request, work: { ...work, request: bare } }),
    sealed: vault.seal(JSON.stringify(request)),
  };
}

/** Without its secrets and its addresses where the vault's key is another one, or gone. */
export function openRequest({ request, sealed }: StoredRequest, vault: Vault): ParsedExperimentRequest {
  let text = request;
  try {
    if (sealed !== null) text = vault.open(sealed);
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
  }
  return JSON.parse(text) as ParsedExperimentRequest;
}
