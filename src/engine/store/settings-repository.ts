import {
  DEFAULT_SETTINGS,
  SEALED_SETTINGS,
  settingsPatchSchema,
  type Settings,
  type SettingsPatch,
} from '../../common/model/settings';
import { filled } from '../../common/model/filled';
import { HeddleError } from '../../common/model/errors';
import { prepareOnce, type Database } from './database';
import type { Vault } from './vault';

/** One row for each setting, as JSON; what is missing or no longer understood has its default. */
export class SettingsRepository {
  readonly #database: Database;
  readonly #prepare: Database['prepare'];

  readonly #vault: Vault;

  constructor(database: Database, vault: Vault) {
    this.#database = database;
    this.#vault = vault;
    this.#prepare = prepareOnce(database);
  }

  get(): Settings {
    const rows = this.#prepare<[], { key: string; value: string }>('SELECT key, value FROM settings').all();
    let stored = DEFAULT_SETTINGS;
    for (const { key, value } of rows) {
      const parsed = settingsPatchSchema.safeParse({ [key]: parseJson(this.#opened(key, value)) });
      if (parsed.success) stored = filled(stored, parsed.data);
    }
    return stored;
  }

  set(patch: SettingsPatch): Settings {
    const parsed = settingsPatchSchema.safeParse(patch);
    if (!parsed.success) {
      throw new HeddleError(
        'bad-request',
        `This setting cannot be stored: ${parsed.error.issues[0]?.message ?? 'unknown'}.`,
      );
    }
    const put = this.#prepare(
      'INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    );
    this.#database.transaction(() => {
      for (const [key, value] of Object.entries(parsed.data)) {
        if (value !== undefined) put.run(key, this.#sealed(key, JSON.stringify(value)));
      }
    })();
    return this.get();
  }

  #sealed(key: string, json: string): string {
    return SEALED_SETTINGS.has(key) ? this.#vault.seal(json).toString('base64') : json;
  }

  /** What cannot be opened (its key is gone) counts as not understood. */
  #opened(key: string, stored: string): string {
    if (!SEALED_SETTINGS.has(key)) return stored;
    try {
      return this.#vault.open(Buffer.from(stored, 'base64'));
    } catch {
      return '';
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
