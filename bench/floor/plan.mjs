// The planning thread.
import { lstatSync, readFileSync, readdirSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { MOST, packed, urlsInPacket } from './packets.mjs';

function* files(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const source = `${folder}/${entry.name}`;
    if (entry.isDirectory()) yield* files(source);
    else if (entry.isFile()) yield { source, size: lstatSync(source).size };
  }
}

function* allOf(folders) {
  for (const folder of folders) yield* files(folder);
}

function packets({ work, args, threads }) {
  if (work === 'hash') return packed(allOf(args.slice(1)), MOST);
  if (!work.startsWith('download')) return packed(files(args[0]), MOST);
  // As aria2's lists have them: a digest stands below its URL.
  const urls = readFileSync(args[0], 'utf8')
    .trimEnd()
    .replaceAll(/\n +checksum=sha-256=/gu, ' ')
    .split('\n');
  const entries = urls.map((source) => ({ source, size: 0 }));
  return packed(entries, { tasks: urlsInPacket(urls.length, threads), bytes: Infinity });
}

for (const packet of packets(workerData)) parentPort.postMessage(packet);
parentPort.postMessage(null);
