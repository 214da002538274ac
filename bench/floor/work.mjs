// A thread that works on packets.
import { parentPort, workerData } from 'node:worker_threads';
import { sourcesOf } from './packets.mjs';

/** Each makes of `(packet, sources, answered)` what a packet's answer has besides: see {@link serve}. */
const works = {
  hash: async ([algorithm]) => (await import('./files.mjs')).hasher(algorithm),
  copy: async (args) => (await import('./files.mjs')).copier(...args, {}),
  'copy-flush': async (args) => (await import('./files.mjs')).copier(...args, { flushes: true }),
  'copy-verify': async (args) => (await import('./files.mjs')).copier(...args, { verifies: true }),
  download: async ([, folder]) => (await import('./download.mjs')).downloader(folder),
  'download-http2': async ([, folder]) =>
    (await import('./download.mjs')).downloader(folder, { isHttp2: true }),
};

const runPacket = await works[workerData.work](workerData.args);

parentPort.on('message', (packet) => {
  if (packet === null) {
    // Connections that are kept alive would hold the thread.
    process.exit();
  }
  // Columns: two times for each task, when it began and when it ended (ms of this thread's clock).
  const times = new Float64Array(2 * packet.count);
  runPacket(sourcesOf(packet), { packet, times }, (columns) => {
    parentPort.postMessage({ ...packet, times, ...columns });
  });
});
