/** Downloads that wait or are paused, the next one first. */
import type { Download } from './download';

export class WaitingLine {
  readonly #touch: (download: Download) => void;
  #all: Download[];

  /** @param touch is told of each whose place has changed */
  constructor(all: readonly Download[], touch: (download: Download) => void) {
    this.#all = [...all];
    this.#touch = touch;
  }

  get all(): readonly Download[] {
    return this.#all;
  }

  placeOf(download: Download): number {
    return this.#all.indexOf(download);
  }

  insert(download: Download, at: number): void {
    const before = this.#all[at - 1]?.place;
    const after = this.#all[at]?.place;
    this.#all.splice(at, 0, download);
    download.place =
      before === undefined ? (after ?? 1) - 1 : after === undefined ? before + 1 : (before + after) / 2;
    // Halves of halves are used up some time.
    if (download.place === before || download.place === after)
      this.#all.forEach((each, place) => {
        each.place = place;
        this.#touch(each);
      });
    this.#touch(download);
  }

  leave(download: Download): void {
    const at = this.placeOf(download);
    if (at >= 0) this.#all.splice(at, 1);
  }

  /** Many at once. */
  leaveAll(downloads: ReadonlySet<Download>): void {
    this.#all = this.#all.filter((each) => !downloads.has(each));
  }

  /** @returns its new place */
  move(download: Download, to: number): number {
    this.leave(download);
    const at = Math.max(0, Math.min(to, this.#all.length));
    this.insert(download, at);
    return at;
  }
}
