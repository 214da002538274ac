/** The window shows Heddle's own pages and nothing else: no navigation, no new windows, no permissions. */
import { app, session } from 'electron';
import { APP_ORIGIN } from './protocol';

export function denyEverythingElse(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
    contents.on('will-navigate', (event) => {
      if (!isAppUrl(event.url)) event.preventDefault();
    });
    contents.on('will-redirect', (event) => {
      event.preventDefault();
    });
    // No policy of a page keeps its calls to other machines (WebRTC) in: without a proxy for them there are none.
    contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
    contents.on('will-attach-webview', (event) => {
      event.preventDefault();
    });
  });
  void app.whenReady().then(() => {
    session.defaultSession.setPermissionRequestHandler((_contents, _permission, answer) => {
      answer(false);
    });
    session.defaultSession.setPermissionCheckHandler(() => false);
    session.defaultSession.setDevicePermissionHandler(() => false);
    // What is saved, the main process writes.
    session.defaultSession.on('will-download', (event) => {
      event.preventDefault();
    });
  });
}

export function isAppUrl(url: string): boolean {
  return url === APP_ORIGIN || url.startsWith(`${APP_ORIGIN}/`);
}
