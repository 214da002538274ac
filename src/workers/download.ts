/**
 * One URL to one file. The body goes to a temporary file, must be whole as the
 * protocol frames it, is flushed to the disk and only then takes its name,
 * under a number where the name is taken.
 */
import { fileNameFromUrl } from '../common/file-name';
import { HeddleError } from '../common/errors';
import type { TaskOrder, TaskOutcome, WorkerOptions } from '../common/model';
import { displayPath, joinPath } from '../common/paths';
import { NumberedPlaces, lstatOrNull, unlinkIfThere, type Link } from './final-name';
import { HTTP_LIMITS, HttpClient, type HttpLimits } from './http';
import type { RunTask, TaskContext } from './runtime';
import { TempFile, type OpenFile } from './temp-file';

type DownloadOptions = Extract<WorkerOptions, { kind: 'download' }>;

/** What tests replace. */
export interface DownloadTuning {
  readonly limits?: Partial<HttpLimits>;
  readonly link?: Link;
  readonly open?: OpenFile;
}

export interface RunDownload extends RunTask<TaskOrder, TaskOutcome> {
  (order: TaskOrder, context: TaskContext): Promise<TaskOutcome>;
  /** Closes the connections that are kept alive. */
  close(): Promise<void>;
}

export function createDownload(options: DownloadOptions, tuning: DownloadTuning = {}): RunDownload {
  const { directory, workDirectory } = options;
  const client = new HttpClient({ ...HTTP_LIMITS, ...tuning.limits });
  const places = new NumberedPlaces(directory, workDirectory, tuning.link);

  async function download(order: TaskOrder, context: TaskContext): Promise<TaskOutcome> {
    const url = parseUrl(displayPath(order.source));
    const name = fileNameFromUrl(url);
    const temp = joinPath(workDirectory, String(order.id));

    const earlier = lstatOrNull(temp);
    if (earlier !== null) {
      // A temporary file with a second link was whole, and named, when its process was killed.
      const target = earlier.nlink > 1n ? places.findPlaced(earlier, name) : null;
      if (target !== null) return { state: 'done', bytes: Number(earlier.size), target, release: temp };
      // Removed, never truncated: its second link, wherever it is by now, is the user's file.
      unlinkIfThere(temp);
    }

    const file = new TempFile({
      path: temp,
      workDirectory,
      subject: joinPath(directory, name),
      exclusive: context.exclusive,
      ...(tuning.open === undefined ? {} : { open: tuning.open }),
    });
    let received = 0;
    try {
      const bytes = await client.get(
        url,
        {
          begin: (expected) => {
            context.setBytesTotal(expected);
          },
          write: (chunk) => {
            received += chunk.length;
            context.setBytesDone(received);
            return file.write(chunk);
          },
        },
        context,
      );
      await file.finish();
      context.throwIfCancelled();
      return { state: 'done', bytes, ...places.place(temp, name) };
    } catch (error) {
      await file.discard();
      throw error;
    }
  }

  return Object.assign(download, { close: () => client.close() });
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new HeddleError('bad-url', `"${text}" is not an HTTP address.`);
  }
  return url;
}
