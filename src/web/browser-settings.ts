import type { Settings } from '../common/model/settings';

/** Settings as browsers get them: without the secret of another door. */
export function forBrowsers(settings: Settings): Settings {
  return { ...settings, rpc: { ...settings.rpc, secret: null } };
}
