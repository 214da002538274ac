/** Parts that the dialogs for new jobs share. */
import type { ReactNode } from 'react';
import type { ErrorData } from '../../common/model/errors';
import { request } from '../bridge';
import type { RequestInput } from '../../common/ipc';
import { visible } from '../../common/model/visible';
import { text } from '../../common/text/text';
import type { PageKind } from '../kinds';
import { HowManyMenu, ModeSwitch } from '../kind-page/page-header';
import { failureText } from '../lib/failure-text';
import { notifyError } from '../state/notices';
import { useForExperiment } from '../state/ui';
import { Button } from '../components/button';
import { RecentMenu } from './recent-menu';
import styles from './form.module.css';

export function ErrorLine({ error, id }: { readonly error: ErrorData | null; readonly id?: string }) {
  if (error === null) return null;
  return (
    <p id={id} className={styles['error']} role="alert">
      {visible(failureText(error))}
    </p>
  );
}

/** Sync or Async and the number of workers, as stored for this kind. */
export function HowField({ kind }: { readonly kind: PageKind }) {
  // An experiment has its own modes.
  if (useForExperiment()) return null;
  return (
    <div className={styles['line']}>
      <ModeSwitch kind={kind} />
      <HowManyMenu kind={kind} />
    </div>
  );
}

interface PathListProps {
  readonly label: string;
  readonly paths: readonly string[];
  /** Shown while there are none. */
  readonly none: ReactNode;
  readonly onRemove: (path: string) => void;
}

export function PathList({ label, paths, none, onRemove }: PathListProps) {
  if (paths.length === 0) return none === null ? null : <p className={styles['nothing']}>{none}</p>;
  return (
    <ul className={styles['paths']} aria-label={label}>
      {paths.map((path) => (
        <li key={path} className={styles['path']}>
          <span className={styles['pathText']} title={visible(path)}>
            {visible(path)}
          </span>
          <button
            type="button"
            className={styles['remove']}
            aria-label={text('dialog.remove', { name: visible(path) })}
            onClick={() => {
              onRemove(path);
            }}
          >
            <span aria-hidden="true">✕</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

interface FolderFieldProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly placeholder?: string;
  readonly purpose: RequestInput<'dialog:pick'>['purpose'];
  readonly error: ErrorData | null;
  /** Offered in a menu. */
  readonly recent?: readonly string[];
  readonly onChange: (path: string) => void;
}

/** A folder that can be typed or chosen. */
export function FolderField(props: FolderFieldProps) {
  const { id, error } = props;
  return (
    <div className={styles['field']}>
      <label className={styles['label']} htmlFor={id}>
        {props.label}
      </label>
      <div className={styles['line']}>
        <input
          id={id}
          className={styles['input']}
          value={props.value}
          placeholder={props.placeholder}
          spellCheck={false}
          aria-invalid={error !== null}
          aria-describedby={error === null ? undefined : `${id}-error`}
          onChange={(event) => {
            props.onChange(event.target.value);
          }}
        />
        <RecentMenu paths={props.recent ?? []} onChoose={props.onChange} />
        <PickButton
          purpose={props.purpose}
          onPick={(paths) => {
            if (paths[0] !== undefined) props.onChange(paths[0]);
          }}
        >
          {text('common.choose')}
        </PickButton>
      </div>
      <ErrorLine error={error} id={`${id}-error`} />
    </div>
  );
}

interface PickButtonProps {
  readonly look?: 'plain' | 'link';
  readonly purpose: RequestInput<'dialog:pick'>['purpose'];
  readonly onPick: (paths: readonly string[]) => void;
  readonly children: ReactNode;
}

/** Opens a native dialog. */
export function PickButton({ look = 'plain', purpose, onPick, children }: PickButtonProps) {
  return (
    <Button
      look={look}
      onPress={() => {
        request('dialog:pick', { purpose }).then(onPick, notifyError);
      }}
    >
      {children}
    </Button>
  );
}

interface CheckProps {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly children: ReactNode;
}

export function Check({ checked, onChange, children }: CheckProps) {
  return (
    <label className={styles['check']}>
      <input
        type="checkbox"
        checked={checked}
        onChange={(event) => {
          onChange(event.target.checked);
        }}
      />
      {children}
    </label>
  );
}

interface SelectProps<Value extends string> {
  readonly id: string;
  readonly label: string;
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly text: string }[];
  readonly onChange: (value: Value) => void;
}

export function Select<Value extends string>({ id, label, value, options, onChange }: SelectProps<Value>) {
  return (
    <div className={styles['line']}>
      <label className={styles['label']} htmlFor={id}>
        {label}
      </label>
      <select
        id={id}
        className={styles['select']}
        value={value}
        onChange={(event) => {
          const chosen = options.find((option) => option.value === event.target.value);
          if (chosen !== undefined) onChange(chosen.value);
        }}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
    </div>
  );
}
