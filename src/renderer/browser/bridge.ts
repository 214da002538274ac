/** The bridge of a browser: what the preload does on the desktop, over HTTP. */
import type { CopiedRows, HeddleBridge, Reply, RequestInput } from '../../common/ipc';
import { languageAmong } from '../../common/text/languages';
import { COPYING, EXPORTING, WEB_PATHS, type ExportingName } from '../../common/web';
import { putOnClipboard } from '../lib/clipboard';
import { News } from './news';
import { askForPaths } from './picking';
import { download, post, save } from './server';

export function browserBridge(): HeddleBridge {
  let watched: unknown = null;
  const watchAgain = (): void => {
    if (watched !== null) void post(`${WEB_PATHS.request}jobs:watch`, watched);
  };
  const news = new News(watchAgain);
  const language = languageAmong(navigator.languages);

  const answer = async (name: string, input: unknown): Promise<Reply<unknown>> => {
    if (name === 'commands:enabled') return { ok: true, value: undefined };
    if (name === 'dialog:pick')
      return { ok: true, value: await askForPaths((input as RequestInput<'dialog:pick'>).purpose) };
    if (isOneOf(name, EXPORTING)) {
      exportAs(name, input);
      return { ok: true, value: null };
    }
    await news.first;
    if (name === 'jobs:watch') watched = input;
    let at = Infinity;
    const reply = await post(WEB_PATHS.request + name, input, (number) => {
      at = number;
    });
    if (!reply.ok) return reply;
    if (!isOneOf(name, COPYING)) return { ok: true, value: news.latest.renewed(name, reply.value, at) };
    const { text, ...copied } = reply.value as CopiedRows & { readonly text: string };
    if (text !== '') await putOnClipboard(text);
    return { ok: true, value: copied };
  };

  return {
    startPage: '',
    language,
    systemLanguage: language,
    place: 'browser',
    invoke: (name, input) => answer(name, input) as Promise<never>,
    on: (name, listener) => news.on(name, listener),
    pathOf: () => '',
  };
}

function isOneOf<Name extends string>(name: string, names: readonly Name[]): name is Name {
  return (names as readonly string[]).includes(name);
}

function exportAs(name: ExportingName, input: unknown): void {
  const { format, picture, experimentId } = input as Partial<RequestInput<'experiments:export'>>;
  if (name !== 'experiments:export' || format !== 'png') {
    download(name, input);
    return;
  }
  // The page has drawn it.
  const bytes = Uint8Array.from(atob(picture ?? ''), (character) => character.charCodeAt(0));
  const address = URL.createObjectURL(new Blob([bytes], { type: 'image/png' }));
  save(address, `heddle-experiment-${experimentId ?? ''}.png`);
  URL.revokeObjectURL(address);
}
