/** How an experiment was measured, and on what, in words. */
import type { Experiment, ParsedExperimentRequest } from '../../common/experiments/experiment';
import { formatBytes, formatCount } from '../../common/model/units';

export function measuredHow({ request, tasks, bytes, runs }: Experiment): string {
  const each = `${formatCount(tasks)} ${tasks === 1 ? 'task' : 'tasks'}${bytes > 0 ? ` and ${formatBytes(bytes)}` : ''}`;
  const warm = runs.some(({ round }) => round === 0) ? 'after one warm-up of each, ' : '';
  const cache = !readsFiles(request)
    ? ''
    : request.pageCache === 'cold'
      ? '; files were dropped from the page cache before each run, as far as the system let us'
      : '; files were in the page cache as the runs before had left it';
  return (
    `Each run did ${each}; ${warm}${formatCount(request.repeats)} ${request.repeats === 1 ? 'run' : 'runs'} of each ` +
    `in rounds of shuffled order${cache}. Bars are medians; intervals are 95 % bootstrap intervals; ` +
    'a difference is called one where the interval of the ratio does not hold 1.'
  );
}

function readsFiles({ work }: ParsedExperimentRequest): boolean {
  return work.type === 'ready'
    ? work.work === 'small-files' || work.work === 'large-files'
    : work.request.kind !== 'download';
}

export function machineText({ machine, createdAtMs }: Experiment): string {
  const { cpu, cores, memoryBytes, fileSystem, platform, node, electron, heddle } = machine;
  const programs = `Heddle ${heddle}, Node ${node}${electron === null ? '' : `, Electron ${electron}`}`;
  const day = `${new Date(createdAtMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return `${cpu}, ${formatCount(cores)} ${cores === 1 ? 'core' : 'cores'}, ${formatBytes(memoryBytes)} of memory, ${fileSystem}, ${platform}. ${programs}. ${day}.`;
}
