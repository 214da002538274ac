/** What the page asks of `heddle web` over HTTP. */
import { fromErrorData, type ErrorData } from '../../common/model/errors';
import type { Reply } from '../../common/ipc';
import { text } from '../../common/text/text';
import {
  CLIENT_HEADER,
  NEWS_HEADER,
  WEB_PATHS,
  type BrowsedFolder,
  type ExportingName,
  type Uploaded,
} from '../../common/web';

/** Names this page: its requests and its news belong together. */
export const client = [...crypto.getRandomValues(new Uint8Array(16))]
  .map((byte) => byte.toString(16).padStart(2, '0'))
  .join('');

function failure(code: string, message: string): { readonly ok: false; readonly error: ErrorData } {
  return { ok: false, error: { code, message, retryable: true } };
}

/** @param onNews is told the number of the last news before the answer was made */
export async function post<Out>(
  path: string,
  input: unknown,
  onNews: (at: number) => void = () => undefined,
): Promise<Reply<Out>> {
  let response: Response;
  try {
    response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [CLIENT_HEADER]: client },
      ...(input === undefined ? {} : { body: JSON.stringify(input) }),
    });
    if (response.ok) {
      const reply = (await response.json()) as Reply<Out>;
      onNews(Number(response.headers.get(NEWS_HEADER) ?? Infinity));
      return reply;
    }
  } catch {
    return failure('not-reached', text('web.not-reached'));
  }
  // The session has ended: what comes instead of this page says how to begin another.
  if (response.status === 401) location.reload();
  if (response.status === 413) return failure('too-large', text('web.too-large'));
  return failure(`http-${response.status}`, (await response.text()).trim());
}

/** @throws HeddleError */
export async function browse(path: string | null, hidden: boolean): Promise<BrowsedFolder> {
  const reply = await post<BrowsedFolder>(WEB_PATHS.browse, { path, hidden });
  if (reply.ok) return reply.value;
  throw fromErrorData(reply.error);
}

/**
 * Sends a file as it is. @param onProgress 0 to 1 @returns its path there @throws HeddleError
 */
export function upload(file: File, onProgress: (share: number) => void = () => undefined): Promise<string> {
  return new Promise((resolve, reject) => {
    // Unlike fetch it says how much has gone.
    const request = new XMLHttpRequest();
    request.open('POST', `${WEB_PATHS.upload}?name=${encodeURIComponent(file.name)}`);
    request.responseType = 'text';
    request.upload.onprogress = ({ loaded, total }) => {
      onProgress(total === 0 ? 1 : loaded / total);
    };
    request.onload = () => {
      if (request.status === 200) resolve((JSON.parse(request.responseText) as Uploaded).path);
      else {
        const said = request.status === 413 ? text('web.too-large') : request.responseText.trim();
        reject(fromErrorData(failure(`http-${request.status}`, said).error));
      }
    };
    request.onerror = () => {
      reject(fromErrorData(failure('not-reached', text('web.not-reached')).error));
    };
    request.send(file);
  });
}

/** Has the browser save what a request of the contract would have written. */
export function download(name: ExportingName, input: unknown): void {
  save(`${WEB_PATHS.export}${name}?input=${encodeURIComponent(JSON.stringify(input))}`, '');
}

/** @param name '': as the server says */
export function save(address: string, name: string): void {
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
}

export async function signOut(): Promise<void> {
  await fetch(WEB_PATHS.signOut, { method: 'POST' });
  location.reload();
}
