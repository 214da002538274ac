/** All that is stored of tasks, one store for each thing. */
import { assertStillThere, type Database } from './database';
import { DigestCache } from './digest-cache';
import { DuplicateRepository } from './duplicate-repository';
import { KnownFiles } from './known-files';
import { PacketStore } from './packet-store';
import { Partials } from './partials';
import { TaskKeys } from './task-keys';
import { TaskMoves } from './task-moves';
import { TaskRows } from './task-rows';
import { TaskWrites } from './task-writes';

export class TaskStore {
  /** What is planned and queued. */
  readonly packets: PacketStore;
  /** Reading. */
  readonly rows: TaskRows;
  /** What lists are sorted by. */
  readonly keys: TaskKeys;
  /** What comes of tasks. */
  readonly writes: TaskWrites;
  /** What is done to tasks between phases. */
  readonly moves: TaskMoves;
  readonly partials: Partials;
  readonly knownFiles: KnownFiles;
  readonly duplicates: DuplicateRepository;
  readonly digestCache: DigestCache;

  /** @throws HeddleError `database-gone` */
  readonly assertStillThere: () => void;

  constructor(database: Database) {
    this.assertStillThere = () => {
      assertStillThere(database);
    };
    this.packets = new PacketStore(database);
    this.rows = new TaskRows(database, this.packets);
    this.keys = new TaskKeys(database, this.packets);
    this.moves = new TaskMoves(database);
    this.partials = new Partials(database);
    this.knownFiles = new KnownFiles(database);
    this.duplicates = new DuplicateRepository(database);
    this.digestCache = new DigestCache(database);
    this.writes = new TaskWrites(database, this);
  }
}
