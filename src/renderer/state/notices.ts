/** Things the user should know that belong to no place on screen, and what screen readers are told. */
import { toErrorData, type ErrorData } from '../../common/model/errors';
import { createStore } from './store';

export interface Notice {
  readonly id: number;
  readonly message: string;
}

const MAX_NOTICES = 3;
let lastId = 0;

export const noticesStore = createStore<readonly Notice[]>([]);

export function notify(data: ErrorData): void {
  noticesStore.update((notices) => {
    if (notices.some((notice) => notice.message === data.message)) return notices;
    lastId += 1;
    return [...notices, { id: lastId, message: data.message }].slice(-MAX_NOTICES);
  });
}

export function notifyError(error: unknown): void {
  notify(toErrorData(error));
}

export function dismissNotice(id: number): void {
  noticesStore.update((notices) => notices.filter((notice) => notice.id !== id));
}

/** Read out politely by screen readers. */
export const announcementStore = createStore('');

export function announce(text: string): void {
  announcementStore.set(text);
}
