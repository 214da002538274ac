/** What a browser's requests do. Those that need a desktop are refused: the page does not offer them. */
import { fork } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { version } from '../../package.json';
import type { AppInfo, RequestInput, RequestName } from '../common/ipc';
import { HeddleError } from '../common/model/errors';
import type { Settings, SettingsPatch } from '../common/model/settings';
import type { WalkRules } from '../common/model/walk-rules';
import { costProcessOf, type Engine, type StartCostProcess } from '../engine';
import type { Handlers } from '../requests/answer';
import { copiedText } from '../requests/copied';
import { engineHandlers } from '../requests/engine-handlers';
import { licensesIn } from '../requests/licenses';
import { lookAt } from '../requests/look-at';
import { pathsOf } from './request-paths';
import type { Roots } from './roots';
import { shownSettings } from './shown-settings';
import type { Stream } from './streams';

export interface HandlerParts {
  readonly engine: Engine;
  readonly dataDirectory: string;
  /** The folder of the build. */
  readonly out: string;
  readonly roots: Roots;
  /** Makes a process that measures; Electron's are of a kind of their own. */
  readonly startCostProcess?: StartCostProcess;
}

/** Of the window on the machine itself. */
const OF_THE_WINDOW: readonly (keyof Settings)[] = [
  'closing',
  'tray',
  'startsAtLogin',
  'offersClipboard',
  'windowPlace',
  'zoom',
  'lastPage',
  'rpc',
  'web',
  'checksForUpdates',
];

function notHere(): never {
  throw new HeddleError('not-in-browser', 'This cannot be done from a browser.');
}

/** @param stream of the page that asks; `null`: it has none */
export function webHandlers(parts: HandlerParts, stream: Stream | null): Handlers {
  const { engine, out, roots } = parts;
  const own = engineHandlers(engine);
  return {
    ...own,
    'app:info': () => appInfo(parts),
    'app:copy-diagnostics': notHere,
    'app:show-log': notHere,
    'updates:check': notHere,
    'updates:download': notHere,
    'updates:install': notHere,
    'app:licenses': () => licensesIn(out),
    'commands:enabled': () => undefined,
    'opening:take': () => [],
    'opening:look': async ({ paths }) => {
      const open = await Promise.all(paths.map((path) => roots.isOpen(path)));
      return lookAt(paths.filter((_, index) => open[index]));
    },
    'settings:get': () => shownSettings(engine.settings.get()),
    'settings:set': (patch) => shownSettings(engine.settings.set(withoutWindow(patch))),
    'experiments:adopt': ({ experimentId }) => shownSettings(engine.experiments.adopt(experimentId)),
    'jobs:export': notHere,
    'jobs:export-duplicates': notHere,
    'experiments:export': notHere,
    'manifest:save': notHere,
    'jobs:copy-failed': ({ jobId }) => copiedText(engine.exportLines(jobId, 'failed-urls')),
    'tasks:copy': ({ jobId, places, what, sort }) => copiedText(engine.rowLines(jobId, places, what, sort)),
    'jobs:settle-duplicates': (order) =>
      engine.settleDuplicates(order, () =>
        Promise.reject(
          new HeddleError('not-in-browser', 'Files are moved to the trash on the machine itself.'),
        ),
      ),
    'jobs:watch': ({ jobId }) => {
      if (stream === null)
        throw new HeddleError('bad-request', 'This page gets no news, and cannot watch a job.');
      stream.watched = jobId;
      engine.watch(jobId, stream);
      return jobId === null ? null : engine.snapshot(jobId);
    },
    'threads:measure': () =>
      engine.experiments.measureThreads(
        parts.startCostProcess ??
          ((argument) =>
            costProcessOf(fork(join(out, 'main', 'thread-costs.cjs'), [argument], { stdio: 'ignore' }))),
      ),
    'dialog:pick': notHere,
    'web:link': notHere,
    'shell:can-show': () => false,
    'shell:show': notHere,
    'shell:show-saved': notHere,
    'shell:open': notHere,
  };
}

/** @throws HeddleError `outside-roots` */
export async function checkPaths<Name extends RequestName>(
  roots: Roots,
  name: Name,
  input: RequestInput<Name>,
): Promise<void> {
  if ((input as { readonly outside?: boolean } | undefined)?.outside === true)
    throw new HeddleError(
      'outside-roots',
      'Names in a manifest that lead out of its folder are not read for a browser.',
    );
  if (followsLinks(input))
    throw new HeddleError(
      'outside-roots',
      'Links are not followed for a browser, as they may lead out of its folders. Copy them as links, or leave them out.',
    );
  for (const path of pathsOf(name, input)) await roots.check(path);
}

/** Of a job, or of the job of an experiment. */
function followsLinks(input: unknown): boolean {
  const { rules, work } = (input ?? {}) as {
    readonly rules?: Partial<WalkRules>;
    readonly work?: { readonly request?: unknown };
  };
  return rules?.links === 'follow' || (work?.request !== undefined && followsLinks(work.request));
}

function withoutWindow(patch: SettingsPatch): SettingsPatch {
  const own: ReadonlySet<string> = new Set(OF_THE_WINDOW);
  return Object.fromEntries(Object.entries(patch).filter(([key]) => !own.has(key)));
}

async function appInfo({ engine, dataDirectory, roots }: HandlerParts): Promise<AppInfo> {
  const downloads = join(homedir(), 'Downloads');
  return {
    version,
    electron: '',
    chromium: '',
    node: process.versions.node,
    sqlite: engine.sqliteVersion,
    platform: `${process.platform} ${process.arch}`,
    cores: engine.cores,
    dataDirectory,
    openingNotice: engine.openingNotice,
    downloadsDirectory: (await roots.isOpen(downloads)) ? downloads : (roots.folders[0] ?? ''),
    isOldElectron: false,
    hasUpdates: false,
    automaticWorkers: {
      download: engine.automaticWorkers('download'),
      hash: engine.automaticWorkers('hash'),
      copy: engine.automaticWorkers('copy'),
    },
  };
}
