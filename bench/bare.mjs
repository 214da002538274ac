// The floor: what Node's own threads need for the bare work, with nothing of what Heddle adds. No database, no queue, no
// look whether a file changed, no temporary name, no flush, nothing to watch or to go on with. What of a difference
// to other tools lies here, nothing in Heddle can make up for.
//
//   node bench/bare.mjs hash sha256|blake3 FOLDER
//   node bench/bare.mjs copy FOLDER TARGET
//   node bench/bare.mjs download LIST FOLDER
import { createHash, hash } from 'node:crypto';
import { closeSync, copyFileSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { readSync, readdirSync, writeSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { availableParallelism } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';

/** Tasks in one message; two of them are with each thread, so that it never waits for one. */
const BATCH = 64;
const CONNECTIONS = 24;
const READ_BYTES = 1024 * 1024;

const works = { hash: hashAll, copy: copyAll, download: downloadAll };

if (isMainThread) main(...process.argv.slice(2));
else works[workerData.work](...workerData.args);

function main(work, ...args) {
  const tasks = work === 'download' ? lines(args[0]) : files(args.at(work === 'hash' ? 1 : 0));
  const threads = availableParallelism();
  let given = 0;
  for (let made = 0; made < threads; made++) {
    const worker = new Worker(new URL(import.meta.url), { workerData: { work, args } });
    // Of a few large ones each gets its part.
    const give = () => worker.postMessage(take(tasks, given++ < 2 * threads ? 1 : BATCH));
    worker.on('message', (text) => {
      if (text !== '') process.stdout.write(text);
      give();
    });
    give();
    give();
  }
}

/** @returns `null` where none is left */
function take(tasks, most) {
  const batch = [];
  while (batch.length < most) {
    const { done, value } = tasks.next();
    if (done) break;
    batch.push(value);
  }
  return batch.length === 0 ? null : batch;
}

function* lines(list) {
  yield* readFileSync(list, 'utf8').trimEnd().split('\n');
}

/** As they are wanted: the first are worked on while the others are looked for. */
function* files(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) yield* files(path);
    else if (entry.isFile()) yield path;
  }
}

/** Answers each batch with the text that it makes of it; `null` ends the thread. */
function serve(run) {
  parentPort.on('message', (batch) => {
    if (batch === null) parentPort.close();
    else run(batch, (text) => parentPort.postMessage(text));
  });
}

async function hashAll(algorithm) {
  const { Blake3Hasher, blake3 } = algorithm === 'blake3' ? await import('@napi-rs/blake-hash') : {};
  const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  const whole = (bytes) => (algorithm === 'blake3' ? blake3(bytes).toString('hex') : hash(algorithm, bytes));
  const digestOf = (file) => {
    const fd = openSync(file);
    let read = readSync(fd, buffer);
    let digest;
    if (read < buffer.length) {
      digest = whole(buffer.subarray(0, read));
    } else {
      const hasher = algorithm === 'blake3' ? new Blake3Hasher() : createHash(algorithm);
      for (; read > 0; read = readSync(fd, buffer)) hasher.update(buffer.subarray(0, read));
      digest = hasher.digest('hex');
    }
    closeSync(fd);
    return digest;
  };
  serve((batch, done) => done(batch.map((file) => `${digestOf(file)}  ${file}\n`).join('')));
}

function copyAll(from, to) {
  const made = new Set();
  serve((batch, done) => {
    for (const file of batch) {
      const target = to + file.slice(from.length);
      const folder = dirname(target);
      if (!made.has(folder)) mkdirSync(folder, { recursive: true });
      made.add(folder);
      copyFileSync(file, target);
    }
    done('');
  });
}

function downloadAll(_list, folder) {
  mkdirSync(folder, { recursive: true });
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  serve((batch, done) => {
    let left = batch.length;
    for (const url of batch) {
      get(url, { agent }, (answer) => {
        const fd = openSync(join(folder, basename(url)), 'w');
        answer.on('data', (chunk) => writeSync(fd, chunk));
        answer.on('end', () => {
          closeSync(fd);
          if (--left === 0) done('');
        });
      });
    }
  });
}
