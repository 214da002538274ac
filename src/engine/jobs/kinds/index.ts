/** The kinds of jobs, each in a file of its own. */
import { copyKind } from './copy';
import { downloadKind } from './download';
import { hashKind } from './hash';
import type { Kind, KindContext } from './kind';
import { verifyKind } from './verify';

export type { Kind, KindContext } from './kind';

export function kindOf(context: KindContext): Kind {
  const { spec } = context.job;
  switch (spec.kind) {
    case 'download':
      return downloadKind(spec, context);
    case 'hash':
      return hashKind(spec, context);
    case 'verify':
      return verifyKind(spec, context);
    case 'copy':
      return copyKind(spec, context);
  }
}
