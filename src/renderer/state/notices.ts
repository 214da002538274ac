/**
 * What the user should know: notices of trouble, which stay until they are dismissed; toasts of what succeeded, which go
 * by themselves; and what screen readers are told.
 */
import { toErrorData, type ErrorData } from '../../common/model/errors';
import { failureText } from '../lib/failure-text';
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
    const message = failureText(data);
    if (notices.some((notice) => notice.message === message)) return notices;
    lastId += 1;
    return [...notices, { id: lastId, message }].slice(-MAX_NOTICES);
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

export function announce(sentence: string): void {
  announcementStore.set(sentence);
}

export interface ToastOptions {
  /** What can be done about it. */
  readonly action?: {
    readonly label: string;
    /** It takes back what the toast tells of. */
    readonly undoes?: boolean;
    readonly run: () => void;
  };
  /** It is there until something is done about it. */
  readonly stays?: boolean;
  /** Called when it has gone and nothing was done about it. */
  readonly onGone?: () => void;
}

export interface Toast extends ToastOptions {
  readonly id: number;
  readonly message: string;
}

const MAX_TOASTS = 3;

/** Oldest first. */
export const toastsStore = createStore<readonly Toast[]>([]);

/** Shows what succeeded for a while, and reads it out once. */
export function toast(message: string, options: ToastOptions = {}): void {
  lastId += 1;
  announce(message);
  const all = [...toastsStore.get(), { id: lastId, message, ...options }];
  const over = all.slice(0, -MAX_TOASTS);
  toastsStore.set(all.slice(-MAX_TOASTS));
  for (const { onGone } of over) onGone?.();
}

/** @param acts whether its action is done */
export function closeToast(id: number, acts = false): void {
  const closed = toastsStore.get().find((each) => each.id === id);
  if (closed === undefined) return;
  toastsStore.update((toasts) => toasts.filter((each) => each.id !== id));
  if (acts) closed.action?.run();
  else closed.onGone?.();
}
