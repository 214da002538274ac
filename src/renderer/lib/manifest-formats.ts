/** Which manifest formats can hold the digests of which algorithms. */
import type { Algorithm, ManifestFormat } from '../../common/model/digests';

const HASHDEEP: ReadonlySet<Algorithm> = new Set(['md5', 'sha1', 'sha256']);

export function holds(format: ManifestFormat, algorithms: readonly Algorithm[]): boolean {
  switch (format) {
    case 'gnu':
      return algorithms.length === 1 && algorithms[0] !== 'crc32';
    case 'sfv':
      return algorithms.length === 1 && algorithms[0] === 'crc32';
    case 'hashdeep':
      return algorithms.length > 0 && algorithms.every((algorithm) => HASHDEEP.has(algorithm));
    case 'bsd':
    case 'json':
      return algorithms.length > 0;
  }
}
