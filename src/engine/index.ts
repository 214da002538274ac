/** The engine: plain Node. The window's main process and the terminal drive it; workers run its tasks. */
export { Engine, type CreateOptions, type EngineEvents, type EngineOptions } from './engine';
export { Threads } from './pool';
export { defaultDataDirectory } from './data-directory';
export {
  codeSamples,
  costProcessOf,
  type CostProcess,
  type StartCostProcess,
} from './experiments/thread-costs/thread-costs';
export { absolutePath } from '../files/absolute-path';
export { freeSpace } from './free-space';
export { unreadableFile } from './jobs/option-files';
export { native } from '../files/entries';
export { assertEnds, contentOf } from '../files/named-input';
export { isProgram } from '../files/programs';
export { commandText, requestCommand } from './jobs/job-command';
export type { SortArguments } from './sorting/child';
export type { SortProcess } from './sorting/orders';
