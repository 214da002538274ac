// A wire that takes its time: bytes pass from one port to another, each so much later, in both directions. In a process
// of its own: node late.mjs PORT MILLISECONDS, which prints the port that it listens on.
import { connect, createServer } from 'node:net';

const [port, lateMs] = process.argv.slice(2).map(Number);

/** Pauses the one that is read when the other one takes no more. */
function pass(from, to) {
  const late = (work) => setTimeout(work, lateMs);
  from.on('data', (chunk) => {
    late(() => {
      if (!to.destroyed && !to.write(chunk)) {
        from.pause();
        to.once('drain', () => from.resume());
      }
    });
  });
  from.on('end', () => late(() => to.end()));
  from.on('close', () => late(() => to.destroy()));
  from.on('error', () => undefined);
}

const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
  const origin = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
  pass(client, origin);
  pass(origin, client);
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
