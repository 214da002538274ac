/** A list's only entry, which the user gives a name or a checksum. Pure. */
import type { DownloadEntry } from '../../common/model/download';
import { parseChecksum } from '../../common/model/digest-fields';
import type { JobRequest } from '../../common/model/job-request';

interface Own {
  readonly out: string | null;
  readonly checksum: string | null;
}

type Part = Pick<
  Extract<JobRequest, { kind: 'download' }>,
  'urls' | 'text' | 'listFiles' | 'format' | 'out' | 'checksum'
>;

/** An address stays one; what has more to it, a command say, becomes a list of one record. */
export function singleRequest(entry: DownloadEntry, { out, checksum }: Own): Part {
  const { urls, fileName, directory, size, digests, method, headers, body } = entry;
  const [url] = urls;
  if (url !== undefined && isPlain(entry))
    return { urls: [url], text: null, listFiles: [], format: null, out, checksum };
  const digest = checksum === null ? null : parseChecksum(checksum);
  const record = {
    urls,
    filename: out ?? fileName,
    directory,
    size,
    ...digests,
    ...(digest === null ? {} : { [digest.algorithm]: digest.hex }),
    method,
    headers,
    body,
  };
  return {
    urls: [],
    text: JSON.stringify(record),
    listFiles: [],
    format: 'jsonl',
    out: null,
    checksum: null,
  };
}

/** Whether nothing but its address is said of it. */
function isPlain({
  urls,
  fileName,
  directory,
  size,
  digests,
  method,
  headers,
  body,
}: DownloadEntry): boolean {
  return (
    urls.length === 1 &&
    fileName === null &&
    directory === null &&
    size === null &&
    Object.keys(digests).length === 0 &&
    method === 'GET' &&
    headers.length === 0 &&
    body === null
  );
}
