/** Settings as a page gets them. */
import type { Settings } from '../common/model/settings';

/** The secret of the RPC server is not for it: with it the page could write outside of its folders. */
export function shownSettings(settings: Settings): Settings {
  return { ...settings, rpc: { ...settings.rpc, secret: null } };
}
