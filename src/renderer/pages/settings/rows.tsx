/** The rows of the settings page: a name, a sentence, the control, and the way back to the default. */
import { createContext, useContext, useId, useState, type ReactNode } from 'react';
import { DEFAULT_SETTINGS, type Settings, type SettingsPatch } from '../../../common/model/settings';
import { visible } from '../../../common/model/visible';
import { text } from '../../../common/text/text';
import { Button } from '../../components/button';
import { Segmented, type SegmentedProps } from '../../components/segmented';
import { isFound } from '../../lib/search-words';
import { changeSettings, useSettings } from '../../state/settings';
import styles from './settings.module.css';

/** What is searched for; empty: all is shown. */
export const SearchContext = createContext('');
const GroupContext = createContext('');

export function Group({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const id = useId();
  return (
    <GroupContext value={title}>
      <section className={styles['group']} aria-labelledby={id}>
        <h2 id={id} className={styles['heading']}>
          {title}
        </h2>
        {children}
      </section>
    </GroupContext>
  );
}

export interface RowProps {
  readonly name: string;
  /** What the setting does. */
  readonly note: string;
  /** What it is now, where the control does not show it: a path, say. */
  readonly value?: string;
  /** Other words that people look for. */
  readonly words?: string;
  /** The settings that the row changes: they go back to their defaults together. */
  readonly keys: readonly (keyof Settings)[];
  readonly children: ReactNode;
}

export function Row({ name, note, value, words = '', keys, children }: RowProps) {
  const search = useContext(SearchContext);
  const group = useContext(GroupContext);
  if (!isFound(search, [group, name, note, value ?? '', words].join(' '))) return null;
  return (
    <div className={styles['row']} role="group" aria-label={name}>
      <div className={styles['text']}>
        <p>{name}</p>
        <p className={styles['note']}>{note}</p>
        {value !== undefined && <p className={styles['value']}>{visible(value)}</p>}
      </div>
      <div className={styles['controls']}>
        <Reset name={name} keys={keys} />
        {children}
      </div>
    </div>
  );
}

interface ChoiceRowProps<Value extends string>
  extends Omit<RowProps, 'value' | 'children'>, Omit<SegmentedProps<Value>, 'label' | 'value'> {
  readonly chosen: Value;
}

/** A setting with a few values, all of them shown. */
export function ChoiceRow<Value extends string>({
  chosen,
  options,
  onChange,
  ...row
}: ChoiceRowProps<Value>) {
  return (
    <Row {...row}>
      <Segmented label={row.name} value={chosen} options={options} onChange={onChange} />
    </Row>
  );
}

interface OnOffRowProps extends Omit<RowProps, 'value' | 'children'> {
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
}

export function OnOffRow({ isOn, onChange, ...row }: OnOffRowProps) {
  return (
    <ChoiceRow
      {...row}
      chosen={isOn ? 'on' : 'off'}
      options={[
        { value: 'off', text: text('common.off') },
        { value: 'on', text: text('common.on') },
      ]}
      onChange={(chosen) => {
        onChange(chosen === 'on');
      }}
    />
  );
}

interface NumberFieldProps {
  readonly label: string;
  readonly value: number;
  readonly least: number;
  readonly most: number;
  readonly onChange: (value: number) => void;
}

/**
 * A whole number, stored when the field is left or Enter is pressed; one out of range is taken back. Give it its value
 * as its key: one that changes elsewhere is shown then.
 */
export function NumberField({ label, value, least, most, onChange }: NumberFieldProps) {
  const [typed, setTyped] = useState(String(value));
  const commit = (): void => {
    const number = Number(typed);
    if (Number.isInteger(number) && number >= least && number <= most) {
      if (number !== value) onChange(number);
    } else {
      setTyped(String(value));
    }
  };
  return (
    <input
      type="number"
      min={least}
      max={most}
      className={`${styles['field'] ?? ''} ${styles['number'] ?? ''}`}
      aria-label={label}
      value={typed}
      onChange={(event) => {
        setTyped(event.target.value);
      }}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit();
      }}
    />
  );
}

function Reset({ name, keys }: Pick<RowProps, 'name' | 'keys'>) {
  const settings = useSettings();
  if (settings === null || keys.every((key) => isDefault(settings, key))) return null;
  return (
    <span className={styles['reset']}>
      <Button
        look="quiet"
        aria-label={text('settings.reset-one', { name })}
        onPress={() => {
          changeSettings(defaultsOf(keys));
        }}
      >
        {text('common.reset')}
      </Button>
    </span>
  );
}

/** What is remembered from one start to the next; the user never sets it. */
const REMEMBERED: ReadonlySet<keyof Settings> = new Set<keyof Settings>([
  'windowPlace',
  'lastPage',
  'recentFolders',
  'dialogChoices',
  'filters',
]);

/** Settings that say how Heddle works. */
export const RESETTABLE = (Object.keys(DEFAULT_SETTINGS) as (keyof Settings)[]).filter(
  (key) => !REMEMBERED.has(key),
);

export function isDefault(settings: Settings, key: keyof Settings): boolean {
  return JSON.stringify(settings[key]) === JSON.stringify(DEFAULT_SETTINGS[key]);
}

export function defaultsOf(keys: readonly (keyof Settings)[]): SettingsPatch {
  return Object.fromEntries(keys.map((key) => [key, DEFAULT_SETTINGS[key]]));
}
