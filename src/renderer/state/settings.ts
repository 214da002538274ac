/** Settings and facts about the app, as the main process has them. */
import type { AppInfo } from '../../common/ipc';
import type { KindSettings, Settings, SettingsPatch } from '../../common/model/settings';
import { request } from '../bridge';
import { settingsOf, type PageKind } from '../kinds';
import { notifyError } from './notices';
import { createStore, useStore } from './store';

/** `null` until they have been read. */
export const settingsStore = createStore<Settings | null>(null);
export const infoStore = createStore<AppInfo | null>(null);

export function useSettings(): Settings | null {
  return useStore(settingsStore, (settings) => settings);
}

export function useInfo(): AppInfo | null {
  return useStore(infoStore, (info) => info);
}

/** Stores the change; shown at once and taken back when it could not be stored. */
export function changeSettings(patch: SettingsPatch): void {
  const before = settingsStore.get();
  if (before === null) return;
  const changed = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
  settingsStore.set({ ...before, ...changed });
  request('settings:set', patch).then(
    (settings) => {
      settingsStore.set(settings);
    },
    (error: unknown) => {
      settingsStore.set(before);
      notifyError(error);
    },
  );
}

export function changeKindSettings(kind: PageKind, patch: Partial<KindSettings>): void {
  const own = settingsOf(kind);
  const current = settingsStore.get()?.[own];
  if (current === undefined) return;
  changeSettings({ [own]: { ...current, ...patch } });
}

/** Threads that a new job of this kind would have. */
export function effectiveWorkers(how: KindSettings, kind: PageKind, info: AppInfo | null): number {
  if (how.mode === 'sequential') return 1;
  return how.workers ?? info?.automaticWorkers[settingsOf(kind)] ?? 1;
}
