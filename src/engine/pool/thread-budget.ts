/**
 * Threads are a budget of the process, which its jobs share: each thread takes some 10 MB, and more of them than cores
 * take turns. A job that is alone may have all of it. Of several, each may have an equal part, and what some do not want
 * the others may.
 */
import { MAX_WORKERS } from '../../common/model/job-request';
import { watchProcessors } from './processors';

interface Member {
  /** Threads that it would have. */
  wanted: number;
  share: number;
  readonly onShare: () => void;
}

/** What one job has of the budget. */
export interface BudgetShare {
  /** Threads that it may have now. */
  readonly threads: number;
  /** Jobs that want threads, this one among them. */
  readonly jobs: number;
  /** @param threads 0 while it has nothing for them to do */
  want(threads: number): void;
  leave(): void;
}

export class ThreadBudget {
  /** Threads of all jobs. */
  readonly total: number;
  /** @returns whether the processors have been busy from now until it is asked */
  readonly watchProcessors: () => () => boolean;
  readonly #members = new Set<Member>();

  constructor({ total = MAX_WORKERS, watch = watchProcessors } = {}) {
    this.total = total;
    this.watchProcessors = watch;
  }

  /** @param onShare called when the job may have more threads, or has to let some go; not for what it asks for itself */
  join(wanted: number, onShare: () => void): BudgetShare {
    const member: Member = { wanted, share: 0, onShare };
    this.#members.add(member);
    this.#shareOut(member);
    const jobs = (): number => [...this.#members].filter((each) => each.wanted > 0).length;
    return {
      get threads() {
        return member.share;
      },
      get jobs() {
        return jobs();
      },
      want: (threads) => {
        if (threads === member.wanted) return;
        member.wanted = threads;
        this.#shareOut(member);
      },
      leave: () => {
        if (this.#members.delete(member)) this.#shareOut(null);
      },
    };
  }

  /** Max-min fair: who wants least comes first, and leaves what it does not want to the others. */
  #shareOut(asks: Member | null): void {
    let left = this.total;
    const changed: Member[] = [];
    const members = [...this.#members].sort((one, other) => one.wanted - other.wanted);
    members.forEach((member, at) => {
      const fair = Math.max(1, Math.floor(left / (members.length - at)));
      const share = Math.min(member.wanted, fair);
      left -= share;
      if (share !== member.share && member !== asks) changed.push(member);
      member.share = share;
    });
    for (const { onShare } of changed) onShare();
  }
}
