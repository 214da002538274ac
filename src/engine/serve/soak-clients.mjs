// Many clients at once, in a process of their own: client and server would not have enough descriptors in one.
// Arguments: port, clients, requests of each, path. Messages: 'connected' to its parent once all are, 'go' from it, and
// then what came of them. With 'leave' in place of 'go' they stay until the server ends them.
import { once } from 'node:events';
import { connect } from 'node:net';

const [port, clients, requests] = process.argv.slice(2, 5).map(Number);
const path = process.argv[5];
const request = `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

/** Asks over one connection, one request after the other. @returns what went wrong, or `null` */
async function ask(socket, count) {
  let text = '';
  let answered = 0;
  for (let asked = 0; asked < count; asked++) {
    socket.write(request);
    for (;;) {
      const [chunk] = await Promise.race([once(socket, 'data'), once(socket, 'close').then(() => [null])]);
      if (chunk === null) return `ended after ${answered} answers`;
      text += chunk.toString('latin1');
      const head = text.indexOf('\r\n\r\n');
      if (head < 0) continue;
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1]);
      if (text.length < head + 4 + length) continue;
      if (!text.startsWith('HTTP/1.1 200 ')) return text.split('\r\n', 1)[0];
      text = text.slice(head + 4 + length);
      answered += 1;
      break;
    }
  }
  socket.destroy();
  return text === '' ? null : 'more than was asked for';
}

const failures = [];
const sockets = await Promise.all(
  Array.from({ length: clients }, async () => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', (error) => failures.push(error.code));
    await once(socket, 'connect');
    return socket;
  }),
);
const told = once(process, 'message');
process.send('connected');
const [order] = await told;
const outcomes = await Promise.all(sockets.map((socket) => ask(socket, requests)));
if (order === 'leave') process.send({ ended: outcomes.filter((outcome) => outcome !== null).length });
else process.send({ failures: [...failures, ...outcomes.filter((outcome) => outcome !== null)] });
process.disconnect();
