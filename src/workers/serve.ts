/** A thread of the file server: it answers on connections that the main thread accepts and hands over. */
import { Socket } from 'node:net';
import type { MessagePort } from 'node:worker_threads';
import { assertNever } from '../common/model/errors';
import type { FromServeThread, ServeData, ToServeThread } from '../common/threads/protocol';
import { ServeFigures } from '../common/threads/serve';
import { FileServer } from '../server/file-server';

export function runServe(port: MessagePort, { options, figures }: ServeData): void {
  const tell = (message: FromServeThread): void => {
    port.postMessage(message);
  };
  const server = new FileServer(options, new ServeFigures(figures), (news) => {
    tell({ type: 'news', news });
  });
  port.on('message', (message: ToServeThread) => {
    switch (message.type) {
      case 'connection':
        server.adopt(
          // As `http.Server` has its own: the answer may go on when the client has said all.
          new Socket({ fd: message.fd, readable: true, writable: true, allowHalfOpen: true }),
        );
        break;
      case 'close':
        // With its connections and its port closed nothing keeps the thread alive.
        void server.close().then(() => {
          port.close();
        });
        break;
      default:
        assertNever(message);
    }
  });
  tell({ type: 'ready' });
}
