/** The main job on an embedded default: sample files behind a slow server, downloaded, hashed and copied. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobRequest } from '../common/model/job-request';
import type { JobSummary } from '../common/model/jobs';
import { formatBytes, formatCount, formatDuration } from '../common/model/units';
import { Engine, type Threads } from '../engine';
import { serveDirectory } from '../engine/serve';
import { EXIT } from './exit-status';
import { Progress } from './progress';
import { onStop } from './stop-signals';

const FILES = 400;
const LATENCY_MS = 20;
const WORKERS = 8;

interface Step {
  readonly name: string;
  readonly request: JobRequest;
}

/** Leaves nothing behind but what it prints. @returns the exit status */
export async function runDemo(threads: Threads): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'heddle-demo-'));
  const stop = new AbortController();
  let engine: Engine | null = null;
  const onSignal = (): void => {
    // The second time, whoever waits has lost patience.
    if (stop.signal.aborted) process.exit(EXIT.interrupted);
    stop.abort();
    void engine?.close({ interrupt: true });
  };
  const stopListening = onStop(onSignal);
  try {
    const samples = join(folder, 'samples');
    await makeSamples(samples);
    const server = await serveDirectory({ directory: samples, port: 0, latencyMs: LATENCY_MS });
    try {
      engine = await Engine.open({ dataDirectory: join(folder, 'data'), threads });
      const text = Array.from({ length: FILES }, (_, index) => `${server.url}/${sampleName(index)}`).join(
        '\n',
      );
      process.stderr.write(
        `${formatCount(FILES)} sample files behind a server on this machine that waits ${LATENCY_MS} ms before each answer.\n`,
      );
      return await runSteps(engine, steps(folder, text), stop.signal);
    } finally {
      await engine?.close({ interrupt: true });
      await server.close();
    }
  } finally {
    stopListening();
    await rm(folder, { recursive: true, force: true });
  }
}

function steps(folder: string, text: string): Step[] {
  const sync = { mode: 'sequential', workers: null } as const;
  const pool = { mode: 'pool', workers: WORKERS } as const;
  const automatic = { mode: 'pool', workers: null } as const;
  const download = { kind: 'download', urls: [], text, listFiles: [] } as const;
  const files = join(folder, 'async');
  return [
    {
      name: 'Download',
      request: { ...download, urls: [], listFiles: [], ...sync, directory: join(folder, 'sync') },
    },
    { name: 'Download', request: { ...download, urls: [], listFiles: [], ...pool, directory: files } },
    {
      name: 'Hash',
      request: { kind: 'hash', ...sync, paths: [files], algorithms: ['sha256'], manifest: null },
    },
    {
      name: 'Hash',
      request: { kind: 'hash', ...automatic, paths: [files], algorithms: ['sha256'], manifest: null },
    },
    {
      name: 'Copy',
      request: { kind: 'copy', ...sync, sources: [files], destination: join(folder, 'copy-1') },
    },
    {
      name: 'Copy',
      request: { kind: 'copy', ...automatic, sources: [files], destination: join(folder, 'copy-2') },
    },
  ];
}

async function runSteps(engine: Engine, list: readonly Step[], signal: AbortSignal): Promise<number> {
  const progress = new Progress(process.stderr);
  const rows: string[] = [];
  let status: number = EXIT.done;
  let syncMs = 0;
  engine.on('frame', (frame) => {
    progress.show(frame);
  });
  for (const { name, request } of list) {
    if (signal.aborted) return EXIT.interrupted;
    const isSync = request.mode === 'sequential';
    process.stderr.write(`${name}, ${isSync ? 'Sync' : 'Async'}\n`);
    const { id } = await engine.createJob(request, { start: false });
    engine.watch(id);
    const ended = engine.ended(id);
    await engine.resume(id);
    const job = await ended;
    progress.clear();
    if (job.state === 'interrupted') return EXIT.interrupted;
    if (job.state !== 'done' || job.counts.failed > 0) status = EXIT.failed;
    if (isSync) syncMs = job.elapsedMs;
    rows.push(tableRow(name, job, engine.workersOf(id), isSync ? null : syncMs));
  }
  const heading = `${'Work'.padEnd(10)}${'Mode'.padEnd(8)}${'Workers'.padStart(7)}${'Files'.padStart(8)}${'Bytes'.padStart(10)}${'Time'.padStart(10)}`;
  process.stdout.write(`${[heading, ...rows].join('\n')}\n`);
  return status;
}

function tableRow(name: string, job: JobSummary, workers: number, syncMs: number | null): string {
  const cells = [
    name.padEnd(10),
    (job.mode === 'sequential' ? 'Sync' : 'Async').padEnd(8),
    String(workers).padStart(7),
    formatCount(job.counts.done).padStart(8),
    formatBytes(job.bytesDone).padStart(10),
    formatDuration(job.elapsedMs).padStart(10),
  ];
  const failed = job.counts.failed > 0 ? `  ${job.counts.failed} failed` : '';
  return cells.join('') + compared(job.elapsedMs, syncMs) + failed;
}

function compared(ms: number, syncMs: number | null): string {
  if (syncMs === null || ms === 0) return '';
  const ratio = syncMs / ms;
  return ratio >= 1 ? `  ${ratio.toFixed(1)} times as fast` : `  ${(1 / ratio).toFixed(1)} times as slow`;
}

function sampleName(index: number): string {
  return `sample-${String(index + 1).padStart(3, '0')}.bin`;
}

/** Files of 4 KiB to 1 MiB, mostly small, the same ones each time. */
async function makeSamples(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (let index = 0; index < FILES; index++) {
    const size = index % 40 === 0 ? 1024 * 1024 : 4096 * (1 + (index % 16));
    const bytes = Buffer.alloc(size);
    // A small linear congruential generator: the content only has to differ.
    let state = index + 1;
    for (let at = 0; at < size; at += 4) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      bytes.writeUInt32LE(state, at);
    }
    await writeFile(join(folder, sampleName(index)), bytes);
  }
}
