/** Manifests in tests: written and read whole. */
import { DIGEST_BYTES } from '../../common/model/digest-fields';
import type { CheckAlgorithm } from '../../common/model/digests';
import type { ManifestFormat } from '../../common/model/digests';
import type { FsPath } from '../../common/model/paths';
import {
  manifestWriter,
  readManifest,
  type ManifestItem,
  type ManifestNote,
  type ManifestLine,
  type ReadOptions,
} from '../formats/manifest';

/** Something as long as a digest. */
export function digestOf(algorithm: CheckAlgorithm): string {
  return 'ab'.repeat(DIGEST_BYTES[algorithm]);
}

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

/** @param size of each piece */
export async function readAll(
  manifest: string | Uint8Array,
  options: Partial<ReadOptions> = {},
  size = 65_536,
): Promise<Exclude<ManifestItem, ManifestNote>[]> {
  return (await readNoted(manifest, options, size)).flatMap((item) => ('note' in item ? [] : [item]));
}

/** With what is to be known of the manifest as a whole. */
export async function readNoted(
  manifest: string | Uint8Array,
  options: Partial<ReadOptions> = {},
  size = 65_536,
): Promise<ManifestItem[]> {
  const items: ManifestItem[] = [];
  const bytes = typeof manifest === 'string' ? Buffer.from(manifest, 'latin1') : manifest;
  for await (const some of readManifest(pieces(bytes, size), { fileName: null, ...options }))
    items.push(...some);
  return items;
}

/** A manifest as its bytes. */
export function writeAll(
  format: ManifestFormat,
  algorithms: readonly CheckAlgorithm[],
  entries: readonly ManifestLine[],
): Buffer {
  const writer = manifestWriter(format, algorithms);
  const parts = [writer.begin(), ...entries.map((entry) => writer.entry(entry)), writer.end()];
  return Buffer.concat(parts.map((part) => Buffer.from(part)));
}

/** The name of the same file as the format writes it. */
export function carried(format: ManifestFormat, name: FsPath): FsPath {
  return name === '-' && (format === 'gnu' || format === 'bsd') ? './-' : name;
}
