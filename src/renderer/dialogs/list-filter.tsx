/** Which hosts and file types of the lists are downloaded. */
import { useId, useState } from 'react';
import { formatCount } from '../../common/model/units';
import { visible } from '../../common/model/visible';
import { Button } from '../components/button';
import { extensionText, type Combined, type Counted, type LeftOut } from '../lib/previews';
import { changeDraft } from '../state/drafts';
import form from './form.module.css';
import styles from './list-filter.module.css';

interface ListFilterProps {
  readonly together: Combined;
  readonly leftOut: LeftOut;
}

export function ListFilter({ together: { hosts, extensions }, leftOut }: ListFilterProps) {
  return (
    <>
      {extensions.length > 1 && (
        <ChoiceRow
          label="File types"
          all={extensions}
          text={extensionText}
          leftOut={leftOut.extensions}
          onChange={(names) => {
            changeDraft('download', { leftOut: { ...leftOut, extensions: names } });
          }}
        />
      )}
      {hosts.length > 1 && (
        <ChoiceRow
          label="Hosts"
          all={hosts}
          text={visible}
          leftOut={leftOut.hosts}
          onChange={(names) => {
            changeDraft('download', { leftOut: { ...leftOut, hosts: names } });
          }}
        />
      )}
    </>
  );
}

/** So many are seen at once; who looks for others opens the rest. */
const FEW = 6;
/** More than this many are found by typing. */
const MANY = 24;
const MOST_SHOWN = 300;

interface ChoiceRowProps {
  readonly label: string;
  readonly all: readonly Counted[];
  readonly text: (name: string) => string;
  readonly leftOut: readonly string[];
  readonly onChange: (leftOut: readonly string[]) => void;
}

function ChoiceRow({ label, all, text, leftOut, onChange }: ChoiceRowProps) {
  const [isOpen, setIsOpen] = useState(false);
  const [search, setSearch] = useState('');
  const id = useId();
  const unticked = new Set(leftOut);
  const found =
    isOpen && search !== '' ? all.filter(({ name }) => text(name).includes(search.toLowerCase())) : all;
  const shown = found.slice(0, isOpen ? MOST_SHOWN : FEW);
  const hidden = found.length - shown.length;
  const names = found.map(({ name }) => name);
  return (
    <div className={styles['row']} role="group" aria-labelledby={id}>
      <span id={id} className={styles['label']}>
        {label}
      </span>
      <div className={styles['chips']} data-open={isOpen || undefined}>
        {isOpen && all.length > MANY && (
          <input
            className={`${form['input'] ?? ''} ${styles['search'] ?? ''}`}
            aria-label={`Find in ${label.toLowerCase()}`}
            placeholder={`Find in ${formatCount(all.length)}…`}
            value={search}
            spellCheck={false}
            onChange={(event) => {
              setSearch(event.target.value);
            }}
          />
        )}
        {shown.map(({ name, entries }) => (
          <label key={name} className={styles['chip']} title={text(name)}>
            <input
              type="checkbox"
              className={styles['box']}
              checked={!unticked.has(name)}
              onChange={(event) => {
                onChange(
                  event.target.checked ? leftOut.filter((other) => other !== name) : [...leftOut, name],
                );
              }}
            />
            <span className={styles['name']}>{text(name)}</span> {formatCount(entries)}
          </label>
        ))}
        {isOpen && hidden > 0 && (
          <span className={styles['hidden']}>and {formatCount(hidden)} more: type to find them</span>
        )}
        {!isOpen && all.length > FEW && (
          <button
            type="button"
            className={styles['more']}
            aria-expanded={false}
            onClick={() => {
              setIsOpen(true);
            }}
          >
            + {formatCount(all.length - FEW)} more
          </button>
        )}
      </div>
      <span className={styles['ends']}>
        {isOpen && (
          <Button
            look="link"
            aria-expanded
            onPress={() => {
              setIsOpen(false);
              setSearch('');
            }}
          >
            Fewer
          </Button>
        )}
        <Button
          look="link"
          aria-label={`All ${label.toLowerCase()}`}
          onPress={() => {
            const ticked = new Set(names);
            onChange(leftOut.filter((name) => !ticked.has(name)));
          }}
        >
          All
        </Button>
        <Button
          look="link"
          aria-label={`None of the ${label.toLowerCase()}`}
          onPress={() => {
            onChange([...new Set([...leftOut, ...names])]);
          }}
        >
          None
        </Button>
      </span>
    </div>
  );
}
