import {
  DEFAULT_SETTINGS,
  settingsPatchSchema,
  settingsSchema,
  type Settings,
  type SettingsPatch,
} from '../../common/settings';
import { HeddleError } from '../../common/errors';
import { prepareOnce, type Database } from './database';

/** One row for each setting, as JSON; what is missing or no longer understood has its default. */
export class SettingsRepository {
  readonly #database: Database;
  readonly #prepare: Database['prepare'];

  constructor(database: Database) {
    this.#database = database;
    this.#prepare = prepareOnce(database);
  }

  get(): Settings {
    const rows = this.#prepare<[], { key: string; value: string }>('SELECT key, value FROM settings').all();
    const stored: Record<string, unknown> = { ...DEFAULT_SETTINGS };
    for (const { key, value } of rows) {
      const parsed = settingsPatchSchema.safeParse({ [key]: parseJson(value) });
      if (parsed.success) Object.assign(stored, parsed.data);
    }
    return settingsSchema.parse(stored);
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
        if (value !== undefined) put.run(key, JSON.stringify(value));
      }
    })();
    return this.get();
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
