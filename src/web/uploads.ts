/** Files that browsers bring along: lists and manifests. Jobs make copies of their own, so each is there for a day alone. */
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { MOST_UPLOAD_BYTES, type Uploaded } from '../common/web';
import { BodyFault } from './body';

const KEPT_MS = 86_400_000;
const SWEEP_MS = 3_600_000;
/** Of all that are there. */
const MOST_BYTES = 1024 * 1024 * 1024;
/** A browser that sends nothing for so long is gone. */
const STALL_MS = 30_000;
/** In UTF-16 units, of up to three bytes each. */
const LONGEST_NAME = 60;

export class Uploads {
  readonly folder: string;
  readonly #timer: NodeJS.Timeout;
  #bytes = 0;

  static async open(dataDirectory: string): Promise<Uploads> {
    const folder = join(dataDirectory, 'uploads');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const uploads = new Uploads(folder);
    await uploads.#sweep();
    return uploads;
  }

  private constructor(folder: string) {
    this.folder = folder;
    this.#timer = setInterval(() => void this.#sweep(), SWEEP_MS).unref();
  }

  /** Streams a request's body into a file. @throws BodyFault; nothing is left then */
  async take(request: IncomingMessage, name: string): Promise<Uploaded> {
    const tooLarge = new BodyFault(413, `A file may have ${MOST_UPLOAD_BYTES} bytes at most.`);
    if (Number(request.headers['content-length'] ?? 0) > MOST_UPLOAD_BYTES) throw tooLarge;
    const folder = join(this.folder, randomBytes(8).toString('hex'));
    const path = join(folder, plainName(name));
    let size = 0;
    const stalled = new AbortController();
    const timer = setTimeout(() => {
      stalled.abort(new BodyFault(408, 'Nothing came for too long.'));
    }, STALL_MS);
    const bounds = new Transform({
      transform: (chunk: Buffer, _, done) => {
        timer.refresh();
        size += chunk.length;
        this.#bytes += chunk.length;
        if (size > MOST_UPLOAD_BYTES) done(tooLarge);
        else if (this.#bytes > MOST_BYTES) done(new BodyFault(507, 'Too much was uploaded today.'));
        else done(null, chunk);
      },
    });
    try {
      await mkdir(folder, { mode: 0o700 });
      await pipeline(request, bounds, createWriteStream(path, { flags: 'wx', mode: 0o600 }), {
        signal: stalled.signal,
      });
      return { path };
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      this.#bytes -= size;
      throw stalled.signal.aborted ? stalled.signal.reason : error;
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #sweep(): Promise<void> {
    let bytes = 0;
    for (const name of await readdir(this.folder).catch(() => [])) {
      const folder = join(this.folder, name);
      const stats = await stat(folder).catch(() => null);
      if (stats === null) continue;
      if (Date.now() - stats.mtimeMs > KEPT_MS) await rm(folder, { recursive: true, force: true });
      else {
        for (const file of await readdir(folder).catch(() => []))
          bytes += (await stat(join(folder, file)).catch(() => null))?.size ?? 0;
      }
    }
    this.#bytes = bytes;
  }
}

/** Its last part, of the characters that every file system takes. */
function plainName(name: string): string {
  const last = name.split(/[/\\]/u).at(-1) ?? '';
  const plain = last
    .replace(/[^\p{L}\p{M}\p{N} ._()+,=@~-]/gu, '_')
    .slice(-LONGEST_NAME)
    .trim();
  // Nothing hidden, and no `.` or `..`.
  return plain === '' ? 'list' : plain.startsWith('.') ? `_${plain}` : plain;
}
