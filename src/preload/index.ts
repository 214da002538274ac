/** The bridge: `window.heddle`, with the contract's requests and events and nothing more. */
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import type { HeddleBridge, WindowEvents } from '../common/ipc';

/** What the main process says to the window when it makes it. */
function told(name: string): string {
  const flag = `--heddle-${name}=`;
  return process.argv.find((argument) => argument.startsWith(flag))?.slice(flag.length) ?? '';
}
const requests = new Set(told('requests').split(','));
// A record, so that a name which the contract gains or loses is a compile error here.
const EVENTS: Readonly<Record<keyof WindowEvents, true>> = {
  frame: true,
  'jobs-changed': true,
  'job-removed': true,
  'settings-changed': true,
  'experiment-frame': true,
  'experiment-changed': true,
  'experiment-removed': true,
  'threads-measuring': true,
  command: true,
  opening: true,
  'update-found': true,
  'clipboard-urls': true,
  connection: true,
  notice: true,
};

const bridge: HeddleBridge = {
  startPage: told('page'),
  language: told('language'),
  systemLanguage: told('system-language'),
  place: 'desktop',
  invoke(name, input) {
    if (!requests.has(name)) return Promise.reject(new Error(`unknown request: ${name}`));
    return ipcRenderer.invoke(name, input) as never;
  },
  on(name, listener) {
    if (!Object.hasOwn(EVENTS, name)) throw new Error(`unknown event: ${name}`);
    const receive = (_event: unknown, payload: unknown): void => {
      listener(payload as Parameters<typeof listener>[0]);
    };
    ipcRenderer.on(name, receive);
    return () => {
      ipcRenderer.removeListener(name, receive);
    };
  },
  pathOf(file) {
    return file instanceof File ? webUtils.getPathForFile(file) : '';
  },
};

contextBridge.exposeInMainWorld('heddle', bridge);
