/** The fields of a download's options: a label, what is chosen, and below it what is wrong. */
import { createContext, useContext, useId, type ReactNode } from 'react';
import type { RequestInput } from '../../common/ipc';
import { visible } from '../../common/model/visible';
import { text } from '../../common/text/text';
import type { OptionFaults, OptionsDraft } from '../lib/download-draft';
import { PickButton } from './fields';
import form from './form.module.css';
import styles from './download-options.module.css';

interface Fields {
  readonly options: OptionsDraft;
  readonly faults: OptionFaults;
  readonly change: (patch: Partial<OptionsDraft>) => void;
}

/** What the fields are about. */
export const FieldsContext = createContext<Fields | null>(null);

export function useFields(): Fields {
  const fields = useContext(FieldsContext);
  if (fields === null) throw new Error('A field of options stands outside of them.');
  return fields;
}

export function Group({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const id = useId();
  return (
    <section className={styles['group']} aria-labelledby={id}>
      <h3 id={id} className={styles['heading']}>
        {title}
      </h3>
      <div className={styles['grid']}>{children}</div>
    </section>
  );
}

interface CellProps {
  readonly id: string;
  readonly label: string;
  readonly fault?: string | undefined;
  readonly children: ReactNode;
}

function Cell({ id, label, fault, children }: CellProps) {
  return (
    <div className={styles['cell']}>
      <label className={styles['label']} htmlFor={id}>
        {label}
      </label>
      <div className={styles['control']}>
        {children}
        {fault !== undefined && (
          <p id={`${id}-fault`} className={styles['fault']} role="alert">
            {fault}
          </p>
        )}
      </div>
    </div>
  );
}

/** The options that are text. */
type TextName = {
  [Name in keyof OptionsDraft]: OptionsDraft[Name] extends string ? Name : never;
}[keyof OptionsDraft];

interface TextFieldProps {
  readonly field: TextName;
  readonly label: string;
  readonly placeholder?: string;
  readonly secret?: boolean;
  readonly numeric?: boolean;
  readonly mono?: boolean;
  readonly disabled?: boolean;
}

export function TextField({ field, label, placeholder, ...looks }: TextFieldProps) {
  const { secret = false, numeric = false, mono = false, disabled = false } = looks;
  const { options, faults, change } = useFields();
  const id = useId();
  const fault = faults[field];
  return (
    <Cell id={id} label={label} fault={fault}>
      <input
        id={id}
        type={secret ? 'password' : 'text'}
        autoComplete="off"
        inputMode={numeric ? 'numeric' : undefined}
        className={`${form['input'] ?? ''} ${mono ? (styles['mono'] ?? '') : ''}`}
        value={options[field]}
        placeholder={placeholder}
        disabled={disabled}
        spellCheck={false}
        aria-invalid={fault !== undefined}
        aria-describedby={fault === undefined ? undefined : `${id}-fault`}
        onChange={(event) => {
          change({ [field]: event.target.value });
        }}
      />
    </Cell>
  );
}

/** Text of several lines. */
export function LinesField({ field, label, placeholder }: TextFieldProps) {
  const { options, faults, change } = useFields();
  const id = useId();
  const fault = faults[field];
  return (
    <Cell id={id} label={label} fault={fault}>
      <textarea
        id={id}
        className={`${form['area'] ?? ''} ${styles['lines'] ?? ''}`}
        value={options[field]}
        placeholder={placeholder}
        spellCheck={false}
        wrap="off"
        aria-invalid={fault !== undefined}
        aria-describedby={fault === undefined ? undefined : `${id}-fault`}
        onChange={(event) => {
          change({ [field]: event.target.value });
        }}
      />
    </Cell>
  );
}

interface ChoiceProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly choices: readonly { readonly value: Value; readonly text: string }[];
  readonly onChange: (value: Value) => void;
}

export function Choice<Value extends string>({ label, value, choices, onChange }: ChoiceProps<Value>) {
  const id = useId();
  return (
    <Cell id={id} label={label}>
      <select
        id={id}
        className={`${form['select'] ?? ''} ${styles['fill'] ?? ''}`}
        value={value}
        onChange={(event) => {
          const chosen = choices.find((choice) => choice.value === event.target.value);
          if (chosen !== undefined) onChange(chosen.value);
        }}
      >
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.text}
          </option>
        ))}
      </select>
    </Cell>
  );
}

interface FileFieldProps {
  readonly field: TextName;
  readonly label: string;
  readonly purpose: RequestInput<'dialog:pick'>['purpose'];
  /** The button's text while no file is chosen. */
  readonly none: string;
}

/** A file that is picked: its name, and a way to do without it. */
export function FileField({ field, label, purpose, none }: FileFieldProps) {
  const { options, change } = useFields();
  const id = useId();
  const path = options[field];
  const name = visible(path.replace(/^.*[/\\]/u, ''));
  return (
    <div className={styles['cell']} role="group" aria-labelledby={id}>
      <span id={id} className={styles['label']}>
        {label}
      </span>
      <div className={`${styles['control'] ?? ''} ${styles['file'] ?? ''}`}>
        <PickButton
          purpose={purpose}
          onPick={([picked]) => {
            if (picked !== undefined) change({ [field]: picked });
          }}
        >
          <span className={styles['fileName']} title={path === '' ? undefined : visible(path)}>
            {path === '' ? none : name}
          </span>
        </PickButton>
        {path !== '' && (
          <button
            type="button"
            className={form['remove']}
            aria-label={text('options.remove', { name })}
            onClick={() => {
              change({ [field]: '' });
            }}
          >
            <span aria-hidden="true">✕</span>
          </button>
        )}
      </div>
    </div>
  );
}
