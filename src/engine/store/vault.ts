/**
 * Keeps what is secret (passwords, keys in headers, whole lists, which may hold either) out of the database and its
 * neighbours in clear: AES-256 with a key of its own file, which only this user may read. Whoever copies the database
 * alone has no password.
 */
import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto';
import { createReadStream, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Transform } from 'node:stream';
import { HeddleError } from '../../common/model/errors';
import { NAMING, placeAt, type Naming } from '../../files/take-name';

const KEY_FILE = 'secret.key';
/** One that is being made: a UUID follows. Somebody's own copy of the key has another name. */
const HALF_KEY = /^secret\.key\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u;
const KEY_BYTES = 32;
const GCM_IV_BYTES = 12;
const GCM_TAG_BYTES = 16;
const CTR_IV_BYTES = 16;

export class Vault {
  readonly #folder: string;
  readonly #path: string;
  readonly #naming: Naming;
  #key: Buffer | null = null;

  constructor(dataDirectory: string, naming = NAMING) {
    this.#folder = dataDirectory;
    this.#path = join(dataDirectory, KEY_FILE);
    this.#naming = naming;
  }

  seal(text: string): Buffer {
    const iv = randomBytes(GCM_IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#theKey(), iv);
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), sealed]);
  }

  /** @throws HeddleError `secret-lost` when the key is another one, or gone */
  open(sealed: Uint8Array): string {
    const bytes = Buffer.from(sealed);
    if (bytes.length < GCM_IV_BYTES + GCM_TAG_BYTES) throw this.#lost();
    const decipher = createDecipheriv('aes-256-gcm', this.#theKey(), bytes.subarray(0, GCM_IV_BYTES));
    decipher.setAuthTag(bytes.subarray(GCM_IV_BYTES, GCM_IV_BYTES + GCM_TAG_BYTES));
    try {
      const text = decipher.update(bytes.subarray(GCM_IV_BYTES + GCM_TAG_BYTES));
      return Buffer.concat([text, decipher.final()]).toString('utf8');
    } catch (cause) {
      throw this.#lost(cause);
    }
  }

  /** For long texts. What comes out begins with what {@link openFile} needs. */
  sealing(): Transform {
    const iv = randomBytes(CTR_IV_BYTES);
    const cipher = createCipheriv('aes-256-ctr', this.#theKey(), iv);
    cipher.push(iv);
    return cipher;
  }

  async *openFile(path: string): AsyncGenerator<Buffer, void, undefined> {
    let head = Buffer.alloc(0);
    let decipher: ReturnType<typeof createDecipheriv> | null = null;
    for await (const chunk of createReadStream(path, {
      highWaterMark: 256 * 1024,
    }) as AsyncIterable<Buffer>) {
      if (decipher !== null) {
        yield decipher.update(chunk);
        continue;
      }
      head = Buffer.concat([head, chunk]);
      if (head.length < CTR_IV_BYTES) continue;
      decipher = createDecipheriv('aes-256-ctr', this.#theKey(), head.subarray(0, CTR_IV_BYTES));
      yield decipher.update(head.subarray(CTR_IV_BYTES));
    }
  }

  #lost(cause?: unknown): HeddleError {
    return new HeddleError(
      'secret-lost',
      `The passwords and headers of this job cannot be read with ${this.#path}. Make the job anew.`,
      { cause },
    );
  }

  #theKey(): Buffer {
    if (this.#key === null) {
      this.#key = this.#read() ?? this.#make();
      this.#sweep();
    }
    return this.#key;
  }

  /** What processes left that died while they made one. Who is still at it finds the key that is there. */
  #sweep(): void {
    try {
      for (const name of readdirSync(this.#folder))
        if (HALF_KEY.test(name)) rmSync(join(this.#folder, name), { force: true });
    } catch {
      // It is in nobody's way.
    }
  }

  #read(): Buffer | null {
    try {
      const key = readFileSync(this.#path);
      return key.length === KEY_BYTES ? key : null;
    } catch {
      return null;
    }
  }

  #make(): Buffer {
    const made = `${this.#path}.${randomUUID()}`;
    try {
      // Whole before it has its name: half a key, left by a process that died, would lock everybody out for good.
      writeFileSync(made, randomBytes(KEY_BYTES), { mode: 0o600, flag: 'wx', flush: true });
      if (placeAt(made, this.#path, this.#folder, this.#naming) === null) return this.#readOrThrow();
    } catch (cause) {
      // Another process may have been faster; what it has sealed by now must stay readable.
      return this.#readOrThrow(cause);
    } finally {
      rmSync(made, { force: true });
    }
    return readFileSync(this.#path);
  }

  #readOrThrow(cause?: unknown): Buffer {
    const key = this.#read();
    if (key !== null) return key;
    throw new HeddleError('data-directory', `${this.#path} cannot be read or made.`, { cause });
  }
}
