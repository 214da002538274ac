import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HeddleError } from '../common/model/errors';
import { ALGORITHMS, type Algorithm } from '../common/model/digests';
import type { TaskOutcome } from '../common/model/tasks';
import { joinPath, type FsPath } from '../common/model/paths';
import { createHash } from './hash';
import { loadHasher, nativeBlake3, webAssembly } from '../files/hashers';
import { native } from '../files/entries';
import { TaskCancelled } from './runtime';
import { FakeContext, order } from './test-context';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heddle-hash-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

async function hash(
  path: FsPath,
  context = new FakeContext(),
  algorithms: readonly Algorithm[] = ALGORITHMS,
): Promise<TaskOutcome> {
  const run = await createHash({ kind: 'hash', algorithms, cache: false });
  return run(order({ source: path }), context);
}

function file(name: string, content: Buffer | string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

interface Vectors {
  readonly cases: readonly { readonly input_len: number; readonly hash: string }[];
}
const vectors = JSON.parse(readFileSync(new URL('fixtures/blake3.json', import.meta.url), 'utf8')) as Vectors;
/** The input of the official vectors: 0, 1, … 250, 0, 1, … */
const pattern = (length: number): Buffer => Buffer.from(Uint8Array.from({ length }, (_, at) => at % 251));
const blake3Of = new Map(vectors.cases.map((vector) => [vector.input_len, vector.hash.slice(0, 64)]));

/** NIST CAVP, SHA256ShortMsg.rsp and SHA256LongMsg.rsp; FIPS 180-2 appendix B for the last three. */
const SHA256: readonly (readonly [message: Buffer, digest: string])[] = [
  [Buffer.alloc(0), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  [Buffer.from('d3', 'hex'), '28969cdfa74a12c82f3bad960b0b000aca2ac329deea5c2328ebc6f2ba9802c1'],
  [Buffer.from('11af', 'hex'), '5ca7133fa735326081558ac312c620eeca9970d1e70a4b95533d956f072d1f98'],
  [Buffer.from('b4190e', 'hex'), 'dff2e73091f6c05e528896c4c831b9448653dc2ff043528f6769437bc7b975c2'],
  [Buffer.from('74ba2521', 'hex'), 'b16aa56be3880d18cd41e68384cf1ec8c17680c45a02b1575dc1518923ae8b0e'],
  [Buffer.from('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  [
    Buffer.from('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq'),
    '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
  ],
  [Buffer.alloc(1_000_000, 'a'), 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'],
];

describe.each([{ exclusive: true }, { exclusive: false }])('exclusive: $exclusive', ({ exclusive }) => {
  const context = (): FakeContext => new FakeContext({ exclusive });

  test('the official vectors of BLAKE3', async () => {
    expect(vectors.cases.length).toBeGreaterThan(30);
    for (const { input_len: length, hash: expected } of vectors.cases) {
      const outcome = await hash(file('input', pattern(length)), context(), ['blake3']);
      expect(outcome).toEqual({
        state: 'done',
        bytes: length,
        target: null,
        digests: { blake3: expected.slice(0, 64) },
      });
    }
  });

  test('the vectors of SHA-256', async () => {
    for (const [message, expected] of SHA256) {
      expect((await hash(file('input', message), context(), ['sha256'])).digests).toEqual({
        sha256: expected,
      });
    }
  });

  test.each([1_048_575, 1_048_576, 1_048_577, 5_000_000])('%i bytes, both in one read', async (length) => {
    const path = file('big', pattern(length));
    const seen = context();
    const outcome = await hash(path, seen);
    const sum = execFileSync('sha256sum', [path], { encoding: 'utf8' }).slice(0, 64);
    expect(outcome.digests?.sha256).toBe(sum);
    expect(outcome.digests?.blake3).toMatch(/^[0-9a-f]{64}$/u);
    expect(outcome.bytes).toBe(length);
    expect([seen.bytesDone, seen.bytesTotal]).toEqual([length, length]);
  });

  test('a name that is not valid UTF-8', async () => {
    const path = joinPath(folder, Uint8Array.of(0x61, 0xff, 0x0a, 0x62));
    writeFileSync(native(path), 'abc');
    expect((await hash(path, context())).digests?.sha256).toBe(SHA256[5]?.[1]);
  });

  test('a FIFO in place of the file is skipped and does not hang', async () => {
    const path = join(folder, 'fifo');
    execFileSync('mkfifo', [path]);
    expect(await hash(path, context())).toMatchObject({
      state: 'skipped',
      bytes: 0,
      reason: { code: 'not-a-regular-file' },
    });
  });

  test('a FIFO that somebody writes to is not read either', async () => {
    const path = join(folder, 'fifo');
    execFileSync('mkfifo', [path]);
    const writer = spawn('sh', ['-c', 'exec echo secret > "$0"', path], { stdio: 'ignore' });
    try {
      expect((await hash(path, context())).reason?.code).toBe('not-a-regular-file');
    } finally {
      // Opened and closed by the skipped read or not, the writer is let go.
      closeSync(openSync(path, 'r+'));
      writer.kill('SIGKILL');
      await (writer.exitCode === null && writer.signalCode === null ? once(writer, 'exit') : null);
    }
  });

  test('a socket, a folder and a device are skipped', async () => {
    const path = join(folder, 'socket');
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(path, resolve);
    });
    expect((await hash(path, context())).reason?.code).toBe('not-a-regular-file');
    await new Promise((resolve) => server.close(resolve));
    mkdirSync(join(folder, 'folder'));
    expect((await hash(join(folder, 'folder'), context())).reason?.code).toBe('not-a-regular-file');
    expect((await hash('/dev/zero', context())).reason?.code).toBe('not-a-regular-file');
  });

  test('a symbolic link in place of the file is skipped, not followed', async () => {
    symlinkSync(file('real', 'x'), join(folder, 'link'));
    expect(await hash(join(folder, 'link'), context())).toMatchObject({
      state: 'skipped',
      reason: { code: 'symbolic-link' },
    });
  });

  test('a loop of links on the way fails', async () => {
    symlinkSync('loop', join(folder, 'loop'));
    await expect(hash(join(folder, 'loop', 'x'), context())).rejects.toMatchObject({ code: 'ELOOP' });
  });

  test('a missing file fails', async () => {
    await expect(hash(join(folder, 'none'), context())).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test.each([
    {
      what: 'grows',
      change: (path: string) => {
        appendFileSync(path, 'more');
      },
    },
    {
      what: 'is cut',
      change: (path: string) => {
        truncateSync(path, 2_500_000);
      },
    },
    {
      what: 'is written to',
      change: (path: string) => {
        utimesSync(path, 1, 1);
      },
    },
  ])('a file that $what while it is read', async ({ change }) => {
    const path = file('busy', pattern(5_000_000));
    const seen = context();
    let changed = false;
    seen.onProgress = () => {
      if (!changed) change(path);
      changed = true;
    };
    const failed = await hash(path, seen).then(
      () => null,
      (error: unknown) => error,
    );
    expect(failed).toBeInstanceOf(HeddleError);
    expect(failed).toMatchObject({ code: 'changed-while-reading', retryable: true });
  });

  test('a small file that grows while it is read', async () => {
    const path = file('log', 'line\n');
    const seen = context();
    seen.onProgress = () => {
      seen.onProgress = () => undefined;
      appendFileSync(path, 'line\n');
    };
    await expect(hash(path, seen)).rejects.toMatchObject({ code: 'changed-while-reading' });
  });

  test('cancelled between two chunks', async () => {
    const path = file('big', pattern(5_000_000));
    const seen = context();
    seen.onProgress = () => {
      seen.cancelSilently();
    };
    await expect(hash(path, seen)).rejects.toThrow(TaskCancelled);
    expect(seen.bytesDone).toBe(1_048_576);
  });

  test('a pseudo file that claims to be empty is read to its end', async () => {
    const expected = execFileSync('sha256sum', ['/proc/version'], { encoding: 'utf8' }).slice(0, 64);
    expect((await hash('/proc/version', context())).digests?.sha256).toBe(expected);
  });
});

describe('BLAKE3 without a native module', () => {
  test('gives the same digests, whole and in pieces, several at once', async () => {
    const factory = await webAssembly('blake3');
    const input = pattern(102_400);
    const expected = blake3Of.get(102_400);
    expect(factory.whole(input)).toBe(expected);
    const first = factory.create();
    const second = factory.create();
    for (let at = 0; at < input.length; at += 1000) {
      first.update(input.subarray(at, at + 1000));
      if (at < 1000) second.update(input.subarray(0, 1));
    }
    expect(first.digest()).toBe(expected);
    expect(second.digest()).toBe(blake3Of.get(1));
    expect(factory.whole(Buffer.alloc(0))).toBe(blake3Of.get(0));
  });

  test('the native one is what runs here, with the same digests of whole pieces', async () => {
    const factory = await nativeBlake3();
    const hasher = factory?.create();
    // One piece leaves nothing behind for the next, nor for a file that is read in pieces meanwhile.
    for (const length of [1024, 0, 102_400, 1]) {
      expect(factory?.whole(pattern(length))).toBe(blake3Of.get(length));
    }
    hasher?.update(pattern(1));
    expect(factory?.whole(pattern(1024))).toBe(blake3Of.get(1024));
    expect(hasher?.digest()).toBe(blake3Of.get(1));
  });
});

/** Of "abc": FIPS 180-4, FIPS 202, RFC 1321, RFC 7693, ISO 3309, and what the reference of xxHash says. */
const ABC = {
  md5: '900150983cd24fb0d6963f7d28e17f72',
  sha1: 'a9993e364706816aba3e25717850c26c9cd0d89d',
  sha224: '23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7',
  sha512:
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
  'sha3-256': '3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532',
  blake2b:
    'ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923',
  xxh3: '78af5f94892f3950',
  xxh128: '06b05ab6733a618578af5f94892f3950',
  crc32: '352441c2',
  // Of openssl dgst and b2sum -l 256.
  'sha3-224': 'e642824c3f8cf24ad09234ee7d3c766fc9a3a5168d0c94ad73b46fdf',
  'sha3-384':
    'ec01498288516fc926459f58e2c6ad8df9b473cb0fc08c2596da7cf0e49be4b298d88cea927ac7f539f1edf228376d25',
  'sha3-512':
    'b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0',
  'blake2b-256': 'bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319',
  blake2s: '508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982',
  ripemd160: '8eb208f7e05d987a9b044a8e98c6b087f15a0bfc',
} as const;

describe('the other algorithms', () => {
  test.each(Object.entries(ABC))('%s: its known answer, whole and in pieces', async (algorithm, expected) => {
    const factory = await loadHasher(algorithm as keyof typeof ABC);
    expect(factory.whole(Buffer.from('abc'))).toBe(expected);
    const [first, second] = [factory.create(), factory.create()];
    first.update(Buffer.from('a'));
    second.update(Buffer.from('abc'));
    first.update(Buffer.from('bc'));
    expect([first.digest(), second.digest()]).toEqual([expected, expected]);
  });

  test.each(['sha3-224', 'sha3-256', 'sha3-384', 'sha3-512', 'blake2b', 'blake2s', 'ripemd160'] as const)(
    '%s where the runtime does not have it',
    async (algorithm) => {
      expect((await webAssembly(algorithm)).whole(Buffer.from('abc'))).toBe(ABC[algorithm]);
    },
  );
});
