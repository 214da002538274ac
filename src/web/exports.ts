/** What the window's export requests write, as files that a browser downloads. */
import { HeddleError } from '../common/model/errors';
import type { RequestInput } from '../common/ipc';
import type { ExportingName } from '../common/web';
import type { Engine } from '../engine';
import { duplicatesName, experimentName, exportName, manifestName } from '../requests/saved-names';

export interface Exported {
  readonly name: string;
  readonly lines: Iterable<string> | AsyncIterable<string | Uint8Array>;
}

const EXPORTS: {
  readonly [Name in ExportingName]: (
    engine: Engine,
    input: RequestInput<Name>,
  ) => Exported | Promise<Exported>;
} = {
  'jobs:export': (engine, { jobId, format }) => ({
    name: exportName(engine.job(jobId), format),
    lines: engine.exportLines(jobId, format),
  }),
  'jobs:export-duplicates': (engine, { jobId, format }) => ({
    name: duplicatesName(engine.job(jobId), format),
    lines: engine.exportDuplicates(jobId, format),
  }),
  'experiments:export': async ({ experiments }, { experimentId, format, theme }) => {
    // The page has drawn it, and saves it.
    if (format === 'png')
      throw new HeddleError('bad-request', 'Pictures of pixels are drawn by the browser.');
    return {
      name: experimentName(experiments.get(experimentId), format),
      lines: await experiments.exported(experimentId, format, theme),
    };
  },
  'manifest:save': (engine, { jobId, format }) => {
    const job = engine.job(jobId);
    return {
      name: manifestName(job, format),
      // Names are relative to the folder that was hashed.
      lines: engine.manifestLines(jobId, { ...(job.folder === '' ? {} : { base: job.folder }), format }),
    };
  },
};

/** @param input as it was understood @throws HeddleError */
export function exported<Name extends ExportingName>(
  engine: Engine,
  name: Name,
  input: RequestInput<Name>,
): Exported | Promise<Exported> {
  return EXPORTS[name](engine, input);
}
