/** One round: work is begun, killed and hindered, then ended without faults, and what is there is checked. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { root } from '../scripts/lib/root.mjs';
import { Disk, Vanishing } from './disk.mjs';
import { heddle, linesOf, MISSING } from './heddle.mjs';
import { playInWindow } from './window.mjs';
import { makeWork } from './works.mjs';

const execute = promisify(execFile);
/** A job that has not ended by then never will. */
const MOST_TURNS = 10;
/** Longer than any fault keeps the database from being read. */
const PATIENCE_MS = 20_000;
const MEMORY = '/dev/shm';
const OPEN = ['queued', 'running', 'paused', 'interrupted', 'planning'];

/** A server of ours as a process of its own; it says its port on its first line. */
async function startServer(script, ...args) {
  const child = spawn(process.execPath, [join(root, 'torture', script), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout, 'data');
  return {
    url: `http://127.0.0.1:${String(line).trim()}`,
    heal: () => child.kill('SIGUSR2'),
    close: async () => {
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

export class Round {
  /** What was found: `{ what, says }`. */
  found = [];
  report = {
    kills: {},
    faults: {},
    tasks: 0,
    files: 0,
    bytes: 0,
    runs: 0,
    windows: 0,
    lost: 0,
    twice: 0,
    wrong: 0,
  };
  #plan;
  #place;
  #data;
  #works = [];
  #servers = [];
  #origin;
  #disks = new Map();
  #dataDisk = null;
  /** Whether what SQLite had promised was taken from it: what was done may be done again. */
  #torn = false;
  #log;

  /** @param {(text: string) => void} log told what happens, step by step */
  constructor(plan, log) {
    this.#plan = plan;
    this.#log = log;
  }

  async play() {
    const folder = this.#plan.inMemory && existsSync(MEMORY) ? MEMORY : tmpdir();
    this.#place = mkdtempSync(join(folder, 'heddle-torture-'));
    this.#data = join(this.#place, 'data');
    try {
      await this.#prepare();
      if (this.#plan.window !== null) await this.#window();
      await Promise.all(this.#works.map((work) => this.#hinder(work)));
      this.#heal();
      await this.#end();
      await this.#check('after');
    } finally {
      this.#heal();
      for (const disk of [...this.#disks.values(), this.#dataDisk]) disk?.close();
      for (const server of this.#servers) await server.close();
    }
    return this.found;
  }

  get place() {
    return this.#place;
  }

  remove() {
    rmSync(this.#place, { recursive: true, force: true });
  }

  async #prepare() {
    const { works, proxy, folder, data, random } = this.#plan;
    this.#origin = await startServer('origin.mjs');
    this.#servers.push(this.#origin);
    let proxyUrl = null;
    if (proxy !== null) {
      const server = await startServer('proxy.mjs', String(proxy), this.#plan.name);
      this.#servers.push(server);
      proxyUrl = server.url;
      this.#count('faults', 'proxy');
    }
    if (data === 'full' || data === 'read-only')
      this.#dataDisk = MISSING.mount === null ? new Disk(this.#data) : null;
    for (const [index, { kind, ...how }] of works.entries()) {
      const place = join(this.#place, `w${index}`);
      mkdirSync(place);
      const hasDisk =
        ['full', 'read-only'].includes(folder) &&
        ['copy', 'download'].includes(kind) &&
        MISSING.mount === null;
      if (hasDisk) this.#disks.set(index, new Disk(join(place, 'out')));
      const servers = { origin: this.#origin.url, proxy: proxyUrl, seed: `${this.#plan.name}.${index}` };
      const work = makeWork(kind, random, place, servers);
      this.#works.push({ ...work, ...how, index, job: null, done: new Map(), counts: {}, taken: false });
      this.report.tasks += work.tasks;
    }
    this.#log(
      `${works.map(({ kind }) => kind).join(' and ')}${folder === null ? '' : `, folder ${folder}`}${data === null ? '' : `, data ${data}`}`,
    );
  }

  /** The terminal on this round's data folder; what no process of Heddle may do is found. */
  async #heddle(args, how = {}) {
    const full = [...args, '--data-dir', this.#data];
    const run = await heddle(full, { cwd: this.#place, ...how });
    this.report.runs += 1;
    this.found.push(...run.wrong);
    return run;
  }

  #count(what, name) {
    this.report[what][name] = (this.report[what][name] ?? 0) + 1;
  }

  /** Another work of this round may hinder it for a while. */
  async #jobs() {
    const until = performance.now() + PATIENCE_MS;
    while (existsSync(this.#data)) {
      const run = await this.#heddle(['jobs', '--json']);
      if (run.status === 0) return linesOf(run.stdout);
      this.#log(`jobs: ${run.status} ${run.stderr.trim()}`);
      if (performance.now() >= until) break;
      await delay(500);
    }
    return [];
  }

  /** The job of this work, if it was stored. */
  async #jobOf(work) {
    const all = await this.#jobs();
    const mine = all.filter(({ folder }) => folder === work.folder).sort((left, right) => right.id - left.id);
    work.job = mine[0]?.id ?? null;
    return mine[0] ?? null;
  }

  /** What a user would type now; `null`: there is nothing left to do. */
  #next(work, job) {
    if (job === null) {
      const mode = [
        '--json',
        '--mode',
        work.mode,
        ...(work.workers === null ? [] : ['--workers', String(work.workers)]),
      ];
      return [work.args[0], ...mode, ...work.args.slice(1)];
    }
    const { counts, state, planned } = job;
    if (OPEN.includes(state)) return ['resume', '--json', String(job.id)];
    const failing = Object.values(work.spec.rows).filter(({ states }) =>
      states.every((each) => each === 'failed'),
    ).length;
    const isWhole =
      planned &&
      counts.queued === 0 &&
      counts.cancelled === 0 &&
      counts.failed <= failing &&
      state !== 'cancelled';
    return isWhole ? null : ['retry', '--json', String(job.id)];
  }

  async #hinder(work) {
    let job = this.#plan.window === null ? null : await this.#jobOf(work);
    for (const run of work.runs) {
      const args = this.#next(work, job);
      if (args === null) return;
      const undo = this.#begin(work);
      const ended = await this.#heddle(args, {
        ...(await this.#howOf(work, run)),
        whileRunning: () => this.#meanwhile(work),
      });
      await undo();
      this.#tellRun(work, run, args, ended);
      if (ended.killed) this.#tear();
      job = await this.#look(work, ended);
    }
  }

  #tellRun(work, { kill, fault, files, clock }, args, { status, killed, stderr }) {
    if (killed && kill.name !== undefined) this.#count('kills', kill.name);
    if (fault !== undefined) this.#count('faults', fault.name);
    if (files !== undefined) this.#count('faults', 'few files may be open (EMFILE)');
    if (clock !== undefined) this.#count('faults', `clock ${clock}`);
    const why = killed
      ? `killed ${kill.name}${kill.call === undefined ? '' : ` (${kill.call.names[0]}… ${kill.call.nth})`}`
      : `ended with ${status}`;
    const hindrance = [fault?.name, files && `${files} files`, clock].filter(Boolean).join(', ');
    const said = stderr
      .split('\n')
      .filter((line) => /^heddle:|failed:/.test(line))
      .slice(0, 2)
      .join(' | ');
    this.#log(
      `  ${work.index} ${args.slice(0, 4).join(' ')}: ${why}${hindrance && ` [${hindrance}]`}${said && ` ${said}`}`,
    );
  }

  async #howOf(work, { kill, fault, files, clock }) {
    const how = { cwd: work.place, kill: { ...kill }, files };
    if (kill.call !== undefined) {
      const paths = kill.call.paths?.map((name) => join(this.#data, name)) ?? [];
      if (MISSING.strace === null) how.kill.call = { ...kill.call, paths };
      else how.kill = { ms: 300 };
    }
    if (clock !== undefined && MISSING.faketime === null) how.clock = clock;
    if (fault === undefined || MISSING.strace !== null) return how;
    if (fault.source === undefined) return { ...how, fault };
    if (work.source === undefined) return how;
    const { stdout } = await execute('find', [work.source, '-type', 'f'], { maxBuffer: 1e8 });
    const paths = stdout
      .split('\n')
      .filter((path) => /^[\w/.-]+$/.test(path))
      .slice(0, fault.source);
    // What traces calls takes paths for one of them only where both are for the same.
    if (paths.length === 0 || how.kill.call !== undefined) return how;
    return {
      ...how,
      fault: {
        names: ['read', 'pread64', 'copy_file_range', 'sendfile', 'readv'],
        error: 'EIO',
        nth: '1+',
        paths,
      },
    };
  }

  /** Spoils what the work stands on. @returns what undoes it, if it is to be undone after this run */
  #begin(work) {
    const { folder, data, random } = this.#plan;
    const disk = this.#disks.get(work.index);
    const undo = [];
    if (disk !== undefined && !work.taken) {
      work.taken = true;
      const isDone = folder === 'full' ? disk.shrink(random.spread(1, 2_000_000)) : disk.lock();
      if (isDone) this.#count('faults', `target ${folder}`);
      if (isDone && folder === 'read-only') undo.push(() => disk.heal());
    }
    if (this.#dataDisk !== null && !this.dataTaken) {
      this.dataTaken = true;
      const isDone =
        data === 'full' ? this.#dataDisk.shrink(random.spread(1, 600_000)) : this.#dataDisk.lock();
      if (isDone) this.#count('faults', `data folder ${data}`);
      if (isDone) undo.push(() => this.#dataDisk.heal());
    }
    const gone = { 'source gone': work.source, 'target gone': join(work.place, 'out') }[folder];
    if (gone !== undefined && !work.taken) {
      work.taken = true;
      undo.push(this.#vanish(gone, folder));
    }
    if (data === 'locked') undo.push(this.#lockDatabase());
    return async () => {
      for (const each of undo) await each();
    };
  }

  #vanish(path, name) {
    const vanishing = new Vanishing(path, name === 'target gone');
    const timer = setTimeout(
      () => {
        if (vanishing.vanish()) this.#count('faults', name);
      },
      this.#plan.random.spread(100, 1500),
    );
    return () => {
      clearTimeout(timer);
      vanishing.heal();
    };
  }

  /** Another program holds the database for a while. */
  #lockDatabase() {
    const { random } = this.#plan;
    const [from, ms] = [random.spread(50, 1000), random.spread(50, 8000)];
    let isOver = false;
    let wake = () => undefined;
    const over = new Promise((resolve) => {
      wake = resolve;
    });
    const held = (async () => {
      await Promise.race([delay(from), over]);
      if (isOver || !existsSync(join(this.#data, 'heddle.db'))) return;
      const database = new DatabaseSync(join(this.#data, 'heddle.db'));
      try {
        database.exec('PRAGMA busy_timeout = 2000; BEGIN IMMEDIATE');
        this.#count('faults', 'database locked');
        await Promise.race([delay(ms), over]);
        database.exec('ROLLBACK');
      } catch {
        // It was busy, or not there yet.
      } finally {
        database.close();
      }
    })();
    return async () => {
      isOver = true;
      wake();
      await held;
    };
  }

  /** What the killed process had written last is not what was written. */
  #tear() {
    const { data, random } = this.#plan;
    const log = join(this.#data, 'heddle.db-wal');
    if ((data !== 'torn' && data !== 'garbled') || !existsSync(log) || !this.#isAlone()) return;
    const bytes = readFileSync(log);
    if (bytes.length === 0) return;
    this.#torn = true;
    this.#count('faults', `log ${data}`);
    const at = random.integer(0, bytes.length - 1);
    if (data === 'torn') writeFileSync(log, bytes.subarray(0, at));
    else {
      bytes.fill(random.integer(0, 255), at, at + 64);
      writeFileSync(log, bytes);
    }
    for (const work of this.#works) {
      work.done.clear();
      work.counts = {};
    }
  }

  /** Nobody else writes the log that is torn. */
  #isAlone() {
    return this.#works.length === 1;
  }

  async #meanwhile(work) {
    const { meanwhile, random } = this.#plan;
    if (meanwhile === null) return;
    await delay(random.spread(100, 800));
    const job = (await this.#jobOf(work))?.id;
    if (meanwhile !== 'jobs' && job !== undefined) {
      this.#count('faults', `another process: ${meanwhile}`);
      const { status, stderr } = await this.#heddle([meanwhile, String(job)]);
      this.#log(`  meanwhile ${meanwhile} ${job}: ${status} ${stderr.split('\n')[0]}`);
    }
  }

  async #window() {
    const { window, works } = this.#plan;
    const isPossible = MISSING.window === null && works.length > 0;
    if (!isPossible) return;
    this.report.windows += 1;
    const undo = this.#plan.data === 'locked' ? this.#lockDatabase() : () => undefined;
    const { data, random } = this.#plan;
    const log = (text) => this.#log(`  window ${text}`);
    const told = await playInWindow(
      this.#data,
      this.#works,
      { ...window, hindered: data !== null },
      random,
      log,
    );
    await undo();
    this.found.push(...told.wrong);
    if (told.killed) this.#count('kills', 'the window');
    for (const work of this.#works) await this.#look(work, { tasks: [] });
  }

  /** Between two runs: what is done stays done, and what has a final name is whole. @returns the job, if there is one */
  async #look(work, { tasks }) {
    await this.#check('during', [work]);
    const job = await this.#jobOf(work);
    if (job === null) {
      if (tasks.length > 0 && !this.#torn)
        this.#find('lost', `the job of ${work.folder}, of which ${tasks.length} tasks were told`);
      return null;
    }
    const rows = new Map((await this.#export(work)).map((row) => [row.source, row]));
    const counts = await this.#requests();
    const told = this.#torn ? [] : tasks.filter(({ state }) => state === 'done').map(({ source }) => source);
    for (const source of told)
      if (rows.get(source)?.state !== 'done')
        this.#find('lost', `${source} was told to be done, and is ${rows.get(source)?.state}`);
    for (const [source, before] of work.done)
      if (JSON.stringify(rows.get(source)) !== before)
        this.#find('twice', `${source} was ${before} and is ${JSON.stringify(rows.get(source))}`);
    for (const [source, row] of rows) {
      // Files that come later change a folder's time, which is set again.
      if (row.state !== 'done' || Object.hasOwn(work.spec.folders ?? {}, source)) continue;
      // Files that may be alike are read further in a later phase.
      if (work.kind === 'duplicates') continue;
      work.done.set(source, JSON.stringify(row));
      const path = work.kind === 'download' ? new URL(source).pathname : null;
      if (path !== null) work.counts[path] ??= counts[path] ?? 0;
    }
    return job;
  }

  async #requests() {
    return (await fetch(`${this.#origin.url}/counts`)).json();
  }

  async #export(work) {
    const { stdout } = await this.#heddle(['export', String(work.job)]);
    writeFileSync(join(this.#place, `rows-${work.index}.jsonl`), stdout);
    return linesOf(stdout);
  }

  #find(what, says) {
    this.found.push({ what, says });
  }

  #heal() {
    for (const disk of [...this.#disks.values(), this.#dataDisk]) disk?.heal();
    for (const server of this.#servers) if (server !== this.#origin) server.heal();
  }

  async #end() {
    for (const work of this.#works) {
      for (let turn = 1; ; turn++) {
        const job = await this.#jobOf(work);
        const args = this.#next(work, job);
        if (args === null) break;
        // What hangs once hangs each time.
        if (this.found.some(({ what }) => what === 'hang')) break;
        if (turn > MOST_TURNS) {
          this.#find('lost', `the job of ${work.folder} does not end: ${JSON.stringify(job)}`);
          break;
        }
        const ended = await this.#heddle(args, { cwd: work.place });
        this.#log(
          `  ${work.index} then ${args.slice(0, 4).join(' ')}: ${ended.status} ${ended.stderr
            .split('\n')
            .filter((line) => line.startsWith('heddle:'))
            .join(' ')}`,
        );
      }
    }
  }

  async #check(when, works = this.#works) {
    for (const work of works) {
      const { sources, targets = [], manifests, rows, folders } = work.spec;
      const spec = {
        sources,
        targets: targets.map((target) => ({ ...target, numbered: this.#torn })),
        manifests,
      };
      if (when === 'after') {
        const exported = join(this.#place, `rows-${work.index}.jsonl`);
        if (work.job === null) this.#find('lost', `the job of ${work.folder}`);
        else {
          await this.#export(work);
          spec.rows = [{ exported, rows: this.#torn ? loosened(rows) : rows, optional: folders }];
        }
        spec.requests = [{ counts: await this.#requests(), done: work.counts }];
        // Half a list of groups goes with the next list that is written there, an hour later.
        spec.places = [{ path: work.place, names: work.names, halves: work.kind === 'duplicates' }];
        spec.data = { path: this.#data, asides: this.#torn };
      }
      const file = join(this.#place, `spec-${work.index}.json`);
      writeFileSync(file, JSON.stringify(spec));
      const args = [join(root, 'torture/checker.mjs'), when, file];
      const { stdout } = await execute(process.execPath, args, { maxBuffer: 1e8 });
      const { wrong, files, bytes } = JSON.parse(stdout);
      this.found.push(...wrong);
      if (when !== 'after') continue;
      this.report.files += files;
      this.report.bytes += bytes;
    }
  }
}

/** Where rows were taken away, what had been done is found to be there already. */
function loosened(rows) {
  return Object.fromEntries(
    Object.entries(rows).map(([source, row]) => [source, { ...row, states: [...row.states, 'skipped'] }]),
  );
}
