/** Toasts: what succeeded, and what can be done about it. They go by themselves, but not from under the pointer or the focus. */
import { useCallback, useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { visible } from '../../common/model/visible';
import { text } from '../../common/text/text';
import { closeToast, toastsStore, type Toast } from '../state/notices';
import { useStore } from '../state/store';
import { Button } from './button';
import styles from './toasts.module.css';

const SHOWN_MS = 6000;
/** There is something to be read and decided. */
const WITH_ACTION_MS = 12_000;

export function Toasts() {
  const toasts = useStore(toastsStore, (all) => all);
  const [isHeld, setIsHeld] = useState(false);
  const region = useRef<HTMLElement>(null);
  /** What had the focus before. */
  const before = useRef<Element | null>(null);

  // When the last one goes, what had the focus before has it again.
  const close = useCallback((id: number, acts: boolean): void => {
    const hadFocus = region.current?.contains(document.activeElement) === true;
    closeToast(id, acts);
    if (!hadFocus) return;
    const next = toastsStore.get().at(-1);
    const target =
      next === undefined ? before.current : region.current?.querySelector(`[data-toast="${next.id}"] button`);
    if (target instanceof HTMLElement && target.isConnected) target.focus();
  }, []);
  if (toasts.length === 0) return null;
  return (
    <section
      ref={region}
      className={styles['toasts']}
      aria-label={text('notice.toasts')}
      data-toasts=""
      onPointerEnter={() => {
        setIsHeld(true);
      }}
      onPointerLeave={() => {
        setIsHeld(false);
      }}
      onFocus={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) before.current = event.relatedTarget;
        setIsHeld(true);
      }}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) setIsHeld(false);
      }}
    >
      <ul className={styles['list']}>
        {toasts.map((toast) => (
          <ToastItem key={toast.id} toast={toast} isHeld={isHeld} onClose={close} />
        ))}
      </ul>
    </section>
  );
}

interface ToastItemProps {
  readonly toast: Toast;
  readonly isHeld: boolean;
  readonly onClose: (id: number, acts: boolean) => void;
}

function ToastItem({ toast, isHeld, onClose }: ToastItemProps) {
  const { id, message, action, stays = false } = toast;
  const shownMs = action === undefined ? SHOWN_MS : WITH_ACTION_MS;
  useEffect(() => {
    if (isHeld || stays) return undefined;
    const timer = setTimeout(() => {
      onClose(id, false);
    }, shownMs);
    return () => {
      clearTimeout(timer);
    };
  }, [isHeld, stays, id, shownMs, onClose]);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    onClose(id, false);
  };
  return (
    <li className={styles['toast']} data-toast={id} onKeyDown={onKeyDown}>
      <p className={styles['text']}>{visible(message)}</p>
      {action !== undefined && (
        <Button
          look="link"
          onPress={() => {
            onClose(id, true);
          }}
        >
          {action.label}
        </Button>
      )}
      <button
        type="button"
        className={styles['close']}
        aria-label={text('notice.dismiss')}
        onClick={() => {
          onClose(id, false);
        }}
      >
        <span aria-hidden="true">✕</span>
      </button>
    </li>
  );
}
