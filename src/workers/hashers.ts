/** Digest algorithms, each in its fastest form that this runtime can load. */
import { createHash, hash } from 'node:crypto';
import type { CheckAlgorithm } from '../common/download';

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
  if (algorithm !== 'blake3') return fromCrypto(algorithm);
  return (await nativeBlake3()) ?? (await webAssemblyBlake3());
}

function fromCrypto(algorithm: Exclude<CheckAlgorithm, 'blake3'>): HasherFactory {
  return {
    algorithm,
    create() {
      const state = createHash(algorithm);
      return {
        update(chunk) {
          state.update(chunk);
        },
        digest: () => state.digest('hex'),
      };
    },
    whole: (bytes) => hash(algorithm, bytes, 'hex'),
  };
}

/** `null` where there is no binary for this platform. */
export async function nativeBlake3(): Promise<HasherFactory | null> {
  try {
    const { Blake3Hasher, blake3 } = await import('@napi-rs/blake-hash');
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
      whole: (bytes) => blake3(bytes).toString('hex'),
    };
  } catch {
    return null;
  }
}

/** About a seventh of the native speed, but it runs everywhere. */
export async function webAssemblyBlake3(): Promise<HasherFactory> {
  const { createBLAKE3 } = await import('hash-wasm');
  // One instance serves all hashers in turn, each of which keeps its state outside: making an instance is
  // asynchronous, and one given to a hasher that is dropped half-way would be lost.
  const machine = await createBLAKE3();
  const blank = machine.init().save();
  return {
    algorithm: 'blake3',
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
