/** Copies of files and trees, and what a mirror removes. */
import type { OutcomeRest } from '../../../common/model/answer';
import type { Lost, WorkDirectoryNote } from '../../../common/model/copy-options';
import type { PartialNote } from '../../../common/model/download';
import type { ErrorData } from '../../../common/model/errors';
import { toColumn, valueAt, type OrderDetails, type Packet } from '../../../common/model/packet';
import type { FsPath } from '../../../common/model/paths';
import type { JobSpec } from '../job-spec';
import { mirrorObstacles } from '../mirror-obstacles';
import { COPY_PHASES } from '../../../files/planned-tasks';
import { planCopy } from '../plan-copy';
import { withheldBy } from '../withheld';
import { FILE_WORK } from './file-work';
import { ONE_PHASE, type Kind, type KindContext } from './kind';

const PHASES = Object.keys(COPY_PHASES).length;

export function copyKind(spec: Extract<JobSpec, { kind: 'copy' }>, context: KindContext): Kind {
  const { job, tasks, onNotice, onWorkDirectory, partial } = context;
  const { id: jobId, folder } = job.summary;
  /** Why a mirror deletes nothing. */
  let withheld: ErrorData | null = null;
  const lost = new Set<Lost>();

  /** The first name of a file with several. */
  function linkTo(packet: Packet, task: number): FsPath | null {
    const inode = valueAt(packet.inodes, task);
    if (inode === null || valueAt(packet.types, task) !== 'hardlink') return null;
    const first = tasks.rows.firstOfInode(jobId, inode);
    // What was left at the target has another content.
    const isThere = first?.state === 'done' || first?.finding === 'unchanged';
    return isThere ? first.target : null;
  }

  function detailsOf(packet: Packet, task: number): OrderDetails | null {
    const left = partial(packet.ids[task] ?? 0);
    const link = linkTo(packet, task);
    if (left === null && link === null) return null;
    return { ...(left === null ? {} : { partial: left }), ...(link === null ? {} : { linkTo: link }) };
  }

  return {
    ...FILE_WORK,
    phases: { ...ONE_PHASE, count: PHASES },
    writesTo: spec.options.dryRun ? null : { folder: spec.roots[0]?.target ?? folder, keepFreeBytes: 0 },
    workerOptions: () => {
      const { roots, options, rules, algorithms } = spec;
      return { kind: 'copy', roots, options, rules, algorithms };
    },
    plan: (cursor) => planCopy(spec, cursor, { ...context, jobId }),
    beginPhase: async (phase) => {
      if (spec.options.mirror && phase === COPY_PHASES.extras)
        withheld = withheldBy(await mirrorObstacles(tasks, jobId));
    },
    withheld: ({ types, targets }) => {
      if (withheld === null || valueAt(types, 0) !== 'extra') return null;
      return {
        states: 'skipped',
        bytes: 0,
        targets,
        findings: 'withheld',
        digests: null,
        facts: null,
        copied: null,
        releases: null,
        rest: { reason: withheld },
      };
    },
    details: (packet) => toColumn(packet.ids.map((_, task) => detailsOf(packet, task))),
    partialIn: (told) => {
      const note = told as PartialNote | WorkDirectoryNote;
      if (!('workDirectory' in note)) return note;
      onWorkDirectory(note.workDirectory);
      return null;
    },
    // What a file system cannot keep is told once for a job, not for each file.
    onResults: ({ rest }) => {
      const all = (Array.isArray(rest) ? rest : [rest]) as readonly (OutcomeRest | null)[];
      for (const each of all) {
        for (const what of each?.lost ?? []) {
          if (lost.has(what)) continue;
          lost.add(what);
          onNotice(lostNotice(what, folder));
        }
      }
    },
  };
}

const LOST_SENTENCES: Readonly<Record<Lost, string>> = {
  owner: 'Owners and groups',
  mode: 'Permissions',
  attributes: 'Some extended attributes or access control lists',
  times: 'Times',
};

function lostNotice(what: Lost, folder: string): ErrorData {
  return {
    code: `${what}-not-kept`,
    message: `${LOST_SENTENCES[what]} could not be kept in ${folder}. Everything else was copied.`,
    retryable: false,
  };
}
