/** Messages to the thread that writes the database's log back. */

export interface CheckpointData {
  readonly role: 'checkpoint';
  /** The SQLite library's file, as its host found it. */
  readonly library: string;
  readonly database: string;
}

export type ToCheckpointer = 'checkpoint' | 'close';
