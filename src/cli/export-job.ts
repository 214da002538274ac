/** Prints what is stored of a job's tasks, or what its servers answered. */
import { MANIFEST_FORMATS, type ManifestFormat } from '../common/model/digests';
import type { ExportFormat, Percentiles, ResponseSummary } from '../common/model/responses';
import { formatCount, formatDuration } from '../common/model/units';
import type { Engine } from '../engine';
import { EXIT } from './exit-status';
import { printLines } from './print';
import { visible } from '../common/model/visible';
import { givenPath } from './given-path';

export interface ExportFlags {
  readonly format: ExportFormat | ManifestFormat;
  readonly out?: string;
  readonly failedUrls?: true;
}

/**
 * To standard output, or into a file that is replaced once all of it is written.
 * @returns the exit status: a manifest that lacks files is not what was asked for
 */
export async function exportJob(engine: Engine, id: number, flags: ExportFlags): Promise<number> {
  const format = flags.failedUrls === true ? 'failed-urls' : flags.format;
  if (isManifestFormat(format)) {
    if (flags.out !== undefined) await engine.writeManifest(id, givenPath(flags.out), format);
    else for await (const part of engine.manifestLines(id, { format })) await printLines(part);
    const gap = engine.manifestGap(id, flags.out);
    if (gap === null) return EXIT.done;
    process.stderr.write(`heddle: ${visible(gap.message)}\n`);
    return EXIT.failed;
  }
  if (flags.out !== undefined) {
    await engine.writeExport(id, format, givenPath(flags.out));
    return EXIT.done;
  }
  for await (const line of engine.exportLines(id, format)) await printLines(line);
  return EXIT.done;
}

function isManifestFormat(format: ExportFormat | ManifestFormat): format is ManifestFormat {
  return (MANIFEST_FORMATS as readonly string[]).includes(format);
}

/** `200 × 1,990, 404 × 10; first byte 12 ms, 95 % within 40 ms, 99 % within 80 ms`. */
export function answersText({ statuses, firstByteMs }: ResponseSummary): string {
  const counts = statuses.map(({ status, tasks }) => `${status ?? 'no answer'} × ${formatCount(tasks)}`);
  return firstByteMs === null ? counts.join(', ') : `${counts.join(', ')}; ${latencyText(firstByteMs)}`;
}

function latencyText({ median, p95, p99 }: Percentiles): string {
  return `first byte ${formatDuration(median)}, 95 % within ${formatDuration(p95)}, 99 % within ${formatDuration(p99)}`;
}
