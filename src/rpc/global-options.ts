/** Options of all downloads: what each of them is where it has none of its own, and those that are settings of Heddle. */
import { resolve } from 'node:path';
import { MOST_JOBS_AT_ONCE } from '../common/model/settings';
import type { Engine } from '../engine';
import { VERSION } from '../common/model/version';
import { readOptions, type Values } from './options';
import { OPTIONS } from './option-table';

/** The least that the settings take as a speed limit. */
const LEAST_RATE = 1024;

export class GlobalOptions {
  readonly #engine: Engine;
  readonly #port: () => number;
  #set: Record<string, string>;

  constructor(engine: Engine, directory: string, port: () => number) {
    this.#engine = engine;
    this.#port = port;
    this.#set = { dir: directory };
  }

  /** Of a download that says nothing else. */
  get forDownloads(): Values {
    return this.#set;
  }

  /** Relative paths are below the usual folder. */
  folder(given: string): string {
    return resolve(this.#set['dir'] ?? '', given);
  }

  /** @throws RpcError */
  change(given: Readonly<Record<string, unknown>>): Values {
    const {
      dir,
      'max-concurrent-downloads': most,
      'max-overall-download-limit': rate,
      ...others
    } = readOptions(given, ({ isGlobal }) => isGlobal);
    this.#set = { ...this.#set, ...others, ...(dir === undefined ? {} : { dir: this.folder(dir) }) };
    if (most !== undefined)
      this.#engine.settings.set({ jobsAtOnce: Math.min(MOST_JOBS_AT_ONCE, Number(most)) });
    if (rate !== undefined)
      this.#engine.settings.set({ limitRate: rate === '0' ? null : Math.max(LEAST_RATE, Number(rate)) });
    return others;
  }

  told(): Values {
    const { jobsAtOnce, limitRate } = this.#engine.settings.get();
    return {
      ...usual(() => true),
      'user-agent': `Heddle/${VERSION}`,
      'enable-rpc': 'true',
      'rpc-listen-port': String(this.#port()),
      ...this.#set,
      'max-concurrent-downloads': String(jobsAtOnce),
      'max-overall-download-limit': String(limitRate ?? 0),
    };
  }

  /** Of one download. */
  toldOf(own: Values): Values {
    const told: Record<string, string> = {
      ...usual(({ isOfDownload }) => isOfDownload),
      'user-agent': `Heddle/${VERSION}`,
    };
    for (const [name, value] of Object.entries(own))
      if (name !== 'gid' && name !== 'pause') told[name] = value;
    return told;
  }
}

function usual(isMeant: (row: { readonly isOfDownload: boolean }) => boolean): Record<string, string> {
  const values: Record<string, string> = {};
  for (const row of OPTIONS.values()) if (row.usual !== null && isMeant(row)) values[row.name] = row.usual;
  return values;
}
