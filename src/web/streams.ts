/** Streams of news to browsers (server-sent events), each with a job that it watches. */
import type { ServerResponse } from 'node:http';
import { EVENT_NAMES, type Events } from '../common/ipc';
import { STRIP_WINDOW_MS, type Frame, type WorkerFrame } from '../common/model/frames';
import { BEGUN_EVENT } from '../common/web';
import type { Settings } from '../common/model/settings';
import type { Engine } from '../engine';
import type { Session } from './sessions';
import { shownSettings } from './shown-settings';

/** Browsers have six connections to a server (RFC 9112 §9.4 wants few), and one has to be left for requests. */
export const MOST_STREAMS_OF_SESSION = 5;
export const MOST_STREAMS = 100;
/** What waits for one that does not read, beside the newest frame. With more its stream ends; it comes back and asks anew. */
export const MOST_HELD_CHARACTERS = 512 * 1024;
/** Pieces of strips of a worker that wait with the newest frame. */
export const MOST_HELD_SEGMENTS = 500;
/** A stream on which nothing was taken for so long ends. */
const STUCK_MS = 60_000;
/** So that both sides, and whoever is between them, notice when one is gone. */
const BEAT_MS = 15_000;

function message(name: string, payload: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(payload)}\n\n`;
}

/** As text for those who watch a job, made once for all of them. */
class FrameText {
  readonly #frame: Frame;
  readonly #texts = new Map<number | null, string>();

  constructor(frame: Frame) {
    this.#frame = frame;
  }

  for(watched: number | null): string {
    let text = this.#texts.get(watched);
    if (text === undefined) {
      text = message('frame', only(this.#frame, watched));
      this.#texts.set(watched, text);
    }
    return text;
  }
}

/** Without workers of jobs that others watch. */
function only(frame: Frame, watched: number | null): Frame {
  return {
    ...frame,
    jobs: frame.jobs.map((job) => (job.jobId === watched ? job : { ...job, workers: [] })),
  };
}

/** The newer frame, with what the older one told of strips of the watched job. */
function merged(older: Frame, newer: Frame, watched: number | null): Frame {
  const before = older.jobs.find(({ jobId }) => jobId === watched)?.workers ?? [];
  return {
    ...newer,
    jobs: newer.jobs.map((job) =>
      job.jobId === watched
        ? { ...job, workers: job.workers.map((worker) => withOlder(worker, before, newer.atMs)) }
        : { ...job, workers: [] },
    ),
  };
}

function withOlder(worker: WorkerFrame, before: readonly WorkerFrame[], atMs: number): WorkerFrame {
  const older = before.find((each) => each.worker === worker.worker)?.segments ?? [];
  const segments = [...older, ...worker.segments].filter(({ endMs }) => endMs >= atMs - STRIP_WINDOW_MS);
  return { ...worker, segments: segments.slice(-MOST_HELD_SEGMENTS) };
}

export class Stream {
  readonly #response: ServerResponse;
  readonly #end: () => void;
  watched: number | null = null;
  /** News that wait, by what they are about: newer ones take their place. */
  readonly #held = new Map<string, string>();
  #heldCharacters = 0;
  #heldFrame: Frame | null = null;

  /** @param onEnd is called once */
  constructor(response: ServerResponse, onEnd: () => void) {
    this.#response = response;
    this.#end = onEnd;
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' });
    response.setTimeout(STUCK_MS, () => response.destroy());
    response.on('drain', () => {
      this.#flush();
    });
    response.once('close', () => {
      this.#held.clear();
      this.#heldFrame = null;
      this.#end();
    });
    response.write(message(BEGUN_EVENT, null));
  }

  /** Characters that wait because nobody reads. */
  get heldCharacters(): number {
    return this.#heldCharacters;
  }

  frame(frame: Frame, text: FrameText): void {
    if (this.#isFree) this.#response.write(text.for(this.watched));
    else
      this.#heldFrame =
        this.#heldFrame === null ? only(frame, this.watched) : merged(this.#heldFrame, frame, this.watched);
  }

  /** @param about newer news of it make older ones needless */
  tell(about: string, text: string): void {
    if (this.#isFree) {
      this.#response.write(text);
      return;
    }
    this.#heldCharacters += text.length - (this.#held.get(about)?.length ?? 0);
    // At its new place: it may be about what came in between.
    this.#held.delete(about);
    this.#held.set(about, text);
    if (this.#heldCharacters > MOST_HELD_CHARACTERS) this.#response.destroy();
  }

  beat(): void {
    if (this.#isFree) this.#response.write(':\n\n');
  }

  close(): void {
    this.#response.destroy();
  }

  get #isFree(): boolean {
    return !this.#response.writableNeedDrain && !this.#response.destroyed;
  }

  #flush(): void {
    for (const [about, text] of this.#held) {
      if (!this.#isFree) return;
      this.#held.delete(about);
      this.#heldCharacters -= text.length;
      this.#response.write(text);
    }
    const frame = this.#heldFrame;
    if (frame === null || !this.#isFree) return;
    this.#heldFrame = null;
    this.#response.write(message('frame', frame));
  }
}

/** What an event is about, where the newest one says it all. */
const ABOUT: { readonly [Name in keyof Events]?: (payload: Events[Name]) => string } = {
  // Whole, so that of the same jobs the newest is enough.
  'jobs-changed': (jobs) => jobs.map(({ id }) => id).join(' '),
  'settings-changed': () => '',
  'experiment-changed': ({ id }) => String(id),
  'experiment-frame': () => '',
  'threads-measuring': () => '',
};

export type NewsSource = Pick<Engine, 'on' | 'watch'>;

export class Streams {
  readonly #engine: NewsSource;
  readonly #streams = new Map<string, { readonly stream: Stream; readonly session: Session }>();
  readonly #stops: readonly (() => void)[];
  readonly #beat: NodeJS.Timeout;
  #count = 0;

  constructor(engine: NewsSource) {
    this.#engine = engine;
    this.#stops = [
      engine.on('frame', (frame) => {
        const text = new FrameText(frame);
        for (const { stream } of this.#streams.values()) stream.frame(frame, text);
      }),
      ...EVENT_NAMES.filter((name) => name !== 'frame').map((name) => this.#pass(name)),
    ];
    this.#beat = setInterval(() => {
      for (const { stream } of this.#streams.values()) stream.beat();
    }, BEAT_MS).unref();
  }

  get size(): number {
    return this.#streams.size;
  }

  /** The number of the last news, frames aside. */
  get count(): number {
    return this.#count;
  }

  /** Whether another one may begin. */
  hasRoom(session: Session): boolean {
    const own = [...this.#streams.values()].filter((each) => each.session === session);
    return own.length < MOST_STREAMS_OF_SESSION && this.#streams.size < MOST_STREAMS;
  }

  begin(client: string, session: Session, response: ServerResponse): void {
    // A page that comes back before its old stream was found to be dead.
    this.#streams.get(client)?.stream.close();
    const stream = new Stream(response, () => {
      this.#engine.watch(null, stream);
      if (this.#streams.get(client)?.stream === stream) this.#streams.delete(client);
    });
    this.#streams.set(client, { stream, session });
  }

  /** The stream of a page; `null`: it has none, or another session does. */
  of(client: string, session: Session): Stream | null {
    const found = this.#streams.get(client);
    return found?.session === session ? found.stream : null;
  }

  endOf(session: Session): void {
    for (const each of this.#streams.values()) if (each.session === session) each.stream.close();
  }

  close(): void {
    clearInterval(this.#beat);
    for (const stop of this.#stops) stop();
    for (const { stream } of this.#streams.values()) stream.close();
  }

  #pass(name: Exclude<keyof Events, 'frame'>): () => void {
    return this.#engine.on(name, (payload: Events[typeof name]) => {
      this.#count += 1;
      if (this.#streams.size === 0) return;
      const about = (ABOUT[name] as ((given: unknown) => string) | undefined)?.(payload);
      const told = name === 'settings-changed' ? shownSettings(payload as Settings) : payload;
      const text = `id: ${this.#count}\n${message(name, told)}`;
      const key = `${name} ${about ?? this.#count}`;
      for (const { stream } of this.#streams.values()) stream.tell(key, text);
    });
  }
}
