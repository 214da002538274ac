/**
 * Electron's security checklist (https://www.electronjs.org/docs/latest/tutorial/security), item by item: each is an attack
 * by a script that got into the page, with the user's gesture to help it, or by the main process being told lies.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, type ElectronApplication } from '@playwright/test';
import { test } from './app';

/** Runs a script in the page as if the user had clicked; what it throws is told by its name. */
function attack(electron: ElectronApplication, code: string): Promise<unknown> {
  return electron.evaluate(
    ({ BrowserWindow }, script) =>
      BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript(
        `(async () => { try { return await (${script}); } catch (error) { return error.name; } })()`,
        true,
      ) as Promise<unknown>,
    code,
  );
}

/** Attacks by their names, with what must come of them. */
const ATTACKS: readonly (readonly [string, string, unknown])[] = [
  // 1, 7, 18: no remote content, a policy of content, no file: addresses.
  ['a request to another server', `fetch('http://127.0.0.1:9/')`, 'TypeError'],
  ['a file by its address', `fetch('file:///etc/passwd')`, 'TypeError'],
  ['another host of the app’s scheme', `fetch('heddle://other/index.html')`, 'TypeError'],
  ['a file beside the pages', `fetch('heddle://app/..%2f..%2fpackage.json').then((r) => r.status)`, 404],
  ['a name that is no UTF-8', `fetch('heddle://app/%ff').then((r) => r.status)`, 404],
  ['eval', `eval('1')`, 'EvalError'],
  [
    'a script in the page',
    `(() => { const s = document.createElement('script'); s.textContent = 'globalThis.got = 1'; document.body.append(s); return typeof got; })()`,
    'undefined',
  ],
  ['a worker of a text', `new Worker('data:text/javascript,1')`, 'SecurityError'],
  ['a service worker', `navigator.serviceWorker.register('/assets/x.js')`, 'TypeError'],
  [
    'a frame with another page',
    `new Promise((told) => { const f = document.createElement('iframe'); f.onload = () => { let url = 'out of reach'; try { url = f.contentWindow.location.href; } catch {} told(url); }; f.src = 'http://127.0.0.1:9/'; document.body.append(f); })`,
    'out of reach',
  ],
  // 2, 3, 4, 20: no Node, a world of its own for the preload, the sandbox, and little to ask for.
  [
    'Node',
    `[typeof require, typeof process, typeof module, typeof Buffer].join()`,
    'undefined,undefined,undefined,undefined',
  ],
  [
    'what the preload works with',
    `Object.keys(heddle).sort().join()`,
    'invoke,language,on,pathOf,place,startPage,systemLanguage',
  ],
  ['a request that is none', `heddle.invoke('shell:run', '/bin/sh')`, 'Error'],
  ['an event that is none', `heddle.on('__proto__', () => {})`, 'Error'],
  [
    'a request of a wrong shape',
    `heddle.invoke('jobs:remove', { jobId: 'all' }).then((r) => r.error.code)`,
    'bad-request',
  ],
  [
    'the bridge of a frame',
    `(() => { const f = document.createElement('iframe'); document.body.append(f); return typeof f.contentWindow.heddle; })()`,
    'undefined',
  ],
  // 5: permissions.
  ['notifications', `Notification.requestPermission()`, 'denied'],
  ['the screen', `navigator.mediaDevices.getDisplayMedia()`, 'NotAllowedError'],
  [
    'the place',
    `new Promise((told) => navigator.geolocation.getCurrentPosition(told, (e) => told(e.code)))`,
    1,
  ],
  ['the clipboard', `navigator.clipboard.readText()`, 'NotAllowedError'],
  ['USB', `navigator.usb.requestDevice({ filters: [] })`, 'NotFoundError'],
  ['serial ports', `navigator.serial.requestPort()`, 'NotFoundError'],
  ['HID', `navigator.hid.requestDevice({ filters: [] }).then((found) => found.length)`, 0],
  // 11 to 14: web views, navigation, windows.
  [
    'a web view',
    `(() => { const v = document.createElement('webview'); v.src = 'https://example.com'; document.body.append(v); return typeof v.getWebContentsId; })()`,
    'undefined',
  ],
  ['a window', `String(open('https://example.com'))`, 'null'],
  ['a page of a text', `(() => { location.href = 'data:text/html,x'; return 'asked'; })()`, 'asked'],
  // Beyond the list: calls to other machines, pickers, downloads.
  ['WebRTC', `typeof RTCPeerConnection`, 'undefined'],
  [
    'a picker of files',
    `typeof showOpenFilePicker + typeof showSaveFilePicker + typeof showDirectoryPicker`,
    'undefined'.repeat(3),
  ],
  ...[
    ['that is in the page', 'document.body.append(i); i.click()'],
    ['that is nowhere', 'i.click()'],
    ['by its own call', 'i.showPicker()'],
    ['by an event', `i.dispatchEvent(new MouseEvent('click'))`],
    ['by its label', `const l = document.createElement('label'); l.append(i); l.click()`],
  ].map(
    ([how, click]) =>
      [
        `a field for files ${how ?? ''}`,
        `new Promise((told) => { const i = document.createElement('input'); i.type = 'file'; i.oncancel = () => told('refused'); ${click ?? ''}; })`,
        'refused',
      ] as const,
  ),
];

test('a script in the page gets nowhere', async ({ app: { electron, window } }) => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end('<p>elsewhere</p>');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const found = [];
    for (const [name, code] of ATTACKS) found.push([name, await attack(electron, code)]);
    expect(found).toEqual(ATTACKS.map(([name, , result]) => [name, result]));

    // The user's own click on a field.
    await window.evaluate(() => {
      const field = document.createElement('input');
      field.type = 'file';
      field.setAttribute('aria-label', 'Trap');
      field.style.cssText = 'position: fixed; inset: 0; z-index: 9999';
      document.body.append(field);
    });
    let pickers = 0;
    window.on('filechooser', () => (pickers += 1));
    await window.getByLabel('Trap').click();
    await window.evaluate(() => {
      document.querySelector('input[type=file]')?.remove();
    });
    expect(pickers).toBe(0);

    // No navigation by script, link, form or redirect; no download.
    for (const [index, code] of [
      `(location.href = '${url}/0')`,
      `(() => { const a = document.createElement('a'); a.href = '${url}/1'; document.body.append(a); a.click(); })()`,
      `(() => { const f = document.createElement('form'); f.action = '${url}/2'; document.body.append(f); f.submit(); })()`,
      `(() => { const a = document.createElement('a'); a.href = '${url}/3'; a.target = '_blank'; document.body.append(a); a.click(); })()`,
      `(() => { const i = new Image(); i.src = '${url}/4'; document.body.append(i); })()`,
    ].entries()) {
      await attack(electron, code);
      expect(await attack(electron, `location.href`), `attack ${index}`).toBe('heddle://app/index.html');
    }
    const downloads = await electron.evaluate(async ({ BrowserWindow, session }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      const told = new Promise<boolean>((resolve) => {
        session.defaultSession.once('will-download', (event) => {
          resolve(event.defaultPrevented);
        });
      });
      await contents?.executeJavaScript(
        `(() => { const a = document.createElement('a'); a.href = 'data:text/plain,x'; a.download = 'x.txt'; a.click(); })()`,
        true,
      );
      return told;
    });
    expect(downloads).toBe(true);
    expect(asked).toEqual([]);
    expect(electron.windows()).toHaveLength(1);
    expect(await attack(electron, `document.querySelector('nav') !== null`)).toBe(true);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

test('the window is made as the checklist has it, and others than it are not answered', async ({
  app: { electron },
}) => {
  const made = await electron.evaluate(async ({ app, BrowserWindow, ipcMain, session }) => {
    const preload = `${app.getAppPath()}/out/preload/index.cjs`;
    const [own] = BrowserWindow.getAllWindows();
    const preferences = (
      own?.webContents as unknown as { getLastWebPreferences(): Record<string, unknown> }
    ).getLastWebPreferences();
    // A page of another origin, with the app's own preload: what it asks comes from the wrong window and frame.
    const other = new BrowserWindow({
      show: false,
      webPreferences: {
        preload,
        additionalArguments: ['--heddle-requests=app:info'],
      },
    });
    await other.loadURL('data:text/html,<p>other');
    const forged = (await other.webContents.executeJavaScript(`heddle.invoke('app:info')`)) as {
      error: { code: string };
    };
    const sameOrigin = new BrowserWindow({
      show: false,
      webPreferences: {
        preload,
        additionalArguments: ['--heddle-requests=app:info'],
      },
    });
    await sameOrigin.loadURL('heddle://app/index.html');
    const second = (await sameOrigin.webContents.executeJavaScript(`heddle.invoke('app:info')`)) as {
      error: { code: string };
    };
    const opened = [other, sameOrigin].map(({ webContents }) => webContents.getWebRTCIPHandlingPolicy());
    other.destroy();
    sameOrigin.destroy();
    return {
      preferences,
      forged: forged.error.code,
      second: second.error.code,
      opened,
      listeners: ipcMain.eventNames(),
      partition: own?.webContents.session === session.defaultSession,
    };
  });
  expect(made.preferences).toMatchObject({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    webSecurity: true,
  });
  for (const name of [
    'allowRunningInsecureContent',
    'experimentalFeatures',
    'enableBlinkFeatures',
    'webviewTag',
    'nodeIntegrationInWorker',
    'nodeIntegrationInSubFrames',
  ])
    expect(made.preferences[name] ?? false, name).toBeFalsy();
  expect(made).toMatchObject({
    forged: 'untrusted-sender',
    second: 'untrusted-sender',
    opened: ['disable_non_proxied_udp', 'disable_non_proxied_udp'],
    // Requests alone are answered; the listener is Electron's own.
    listeners: ['error'],
    partition: true,
  });
});
