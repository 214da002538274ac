/** Digest algorithms, each in its fastest form that this runtime can load. */
import { createHash, getHashes, hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { IHasher } from 'hash-wasm';
import type { CheckAlgorithm } from '../common/model/digests';

export interface Hasher {
  update(chunk: Buffer): void;
  /** Lower-case hexadecimal. */
  digest(): string;
}

export interface HasherFactory {
  readonly algorithm: CheckAlgorithm;
  create(): Hasher;
  /** The digest of one piece, without a hasher made for it. */
  whole(bytes: Buffer): string;
}

export async function loadHasher(algorithm: CheckAlgorithm): Promise<HasherFactory> {
  switch (algorithm) {
    case 'blake3':
      return (await nativeBlake3()) ?? (await webAssembly(algorithm));
    case 'crc32':
      return CRC32;
    case 'xxh3':
    case 'xxh128':
      return webAssembly(algorithm);
    case 'blake2b-256':
      return webAssembly(algorithm);
    case 'blake2b':
    case 'blake2s':
    case 'ripemd160':
    case 'sha3-224':
    case 'sha3-256':
    case 'sha3-384':
    case 'sha3-512': {
      const name = OPENSSL_NAMES[algorithm] ?? algorithm;
      // Electron's crypto is BoringSSL's, which has none of them.
      return getHashes().includes(name) ? fromCrypto(algorithm, name) : webAssembly(algorithm);
    }
    default:
      return fromCrypto(algorithm, algorithm);
  }
}

const OPENSSL_NAMES: Readonly<Partial<Record<CheckAlgorithm, string>>> = {
  blake2b: 'blake2b512',
  blake2s: 'blake2s256',
};

function fromCrypto(algorithm: CheckAlgorithm, name: string): HasherFactory {
  return {
    algorithm,
    create() {
      const state = createHash(name);
      return {
        update(chunk) {
          state.update(chunk);
        },
        digest: () => state.digest('hex'),
      };
    },
    whole: (bytes) => hash(name, bytes, 'hex'),
  };
}

/** The CRC of ISO 3309, as zip, PNG and SFV files have it. */
const CRC32: HasherFactory = {
  algorithm: 'crc32',
  create() {
    let state = 0;
    return {
      update(chunk) {
        state = crc32(chunk, state);
      },
      digest: () => hex32(state),
    };
  },
  whole: (bytes) => hex32(crc32(bytes)),
};

function hex32(value: number): string {
  return value.toString(16).padStart(8, '0');
}

/** `null` where there is no binary for this platform. */
export async function nativeBlake3(): Promise<HasherFactory | null> {
  try {
    const { Blake3Hasher } = await import('@napi-rs/blake-hash');
    // One for all whole pieces: making a hasher, or the buffer of a digest, takes longer than hashing a small file.
    const hasher = new Blake3Hasher();
    return {
      algorithm: 'blake3',
      create() {
        const state = new Blake3Hasher();
        return {
          update(chunk) {
            state.update(chunk);
          },
          digest: () => state.digest('hex'),
        };
      },
      whole(bytes) {
        hasher.reset();
        hasher.update(bytes);
        return hasher.digest('hex');
      },
    };
  } catch {
    return null;
  }
}

type WebAssemblyAlgorithm = Extract<
  CheckAlgorithm,
  'blake3' | `blake2${string}` | 'ripemd160' | `sha3-${string}` | 'xxh3' | 'xxh128'
>;

/** A few times slower than native code, but it runs everywhere. */
export async function webAssembly(algorithm: WebAssemblyAlgorithm): Promise<HasherFactory> {
  // One instance serves all hashers in turn, each of which keeps its state outside: making an instance is
  // asynchronous, and one given to a hasher that is dropped half-way would be lost.
  const machine = await makeMachine(algorithm);
  const blank = machine.init().save();
  return {
    algorithm,
    create() {
      let state = blank;
      return {
        update(chunk) {
          state = machine.load(state).update(chunk).save();
        },
        digest: () => machine.load(state).digest('hex'),
      };
    },
    whole: (bytes) => machine.init().update(bytes).digest('hex'),
  };
}

async function makeMachine(algorithm: WebAssemblyAlgorithm): Promise<IHasher> {
  const {
    createBLAKE2b,
    createBLAKE2s,
    createBLAKE3,
    createRIPEMD160,
    createSHA3,
    createXXHash128,
    createXXHash3,
  } = await import('hash-wasm');
  switch (algorithm) {
    case 'blake3':
      return createBLAKE3();
    case 'blake2b':
      return createBLAKE2b(512);
    case 'blake2b-256':
      return createBLAKE2b(256);
    case 'blake2s':
      return createBLAKE2s(256);
    case 'ripemd160':
      return createRIPEMD160();
    case 'sha3-224':
      return createSHA3(224);
    case 'sha3-256':
      return createSHA3(256);
    case 'sha3-384':
      return createSHA3(384);
    case 'sha3-512':
      return createSHA3(512);
    case 'xxh3':
      return createXXHash3();
    case 'xxh128':
      return createXXHash128();
  }
}
