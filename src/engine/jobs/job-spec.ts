/** A job's spec: the request once it was checked and every path made absolute; stored with the job as JSON. */
import type { Algorithm, CopyRoot, ManifestFormat } from '../../common/model';

export type JobSpec =
  | {
      readonly kind: 'download';
      /** The job's own copy of its list, one URL a line. */
      readonly list: string;
      readonly directory: string;
      readonly workDirectory: string;
    }
  | {
      readonly kind: 'hash';
      readonly paths: readonly string[];
      readonly algorithms: readonly Algorithm[];
      readonly manifest: { readonly path: string; readonly format: ManifestFormat } | null;
    }
  | { readonly kind: 'copy'; readonly roots: readonly CopyRoot[] };
