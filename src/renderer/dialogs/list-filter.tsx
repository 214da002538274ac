/** Which hosts and file types of the lists are downloaded. */
import { useId, useState } from 'react';
import { formatCount } from '../../common/model/units';
import { visible } from '../../common/model/visible';
import { text } from '../../common/text/text';
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
          what="types"
          all={extensions}
          nameOf={extensionText}
          leftOut={leftOut.extensions}
          onChange={(names) => {
            changeDraft('download', { leftOut: { ...leftOut, extensions: names } });
          }}
        />
      )}
      {hosts.length > 1 && (
        <ChoiceRow
          what="hosts"
          all={hosts}
          nameOf={visible}
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
  readonly what: 'types' | 'hosts';
  readonly all: readonly Counted[];
  readonly nameOf: (name: string) => string;
  readonly leftOut: readonly string[];
  readonly onChange: (leftOut: readonly string[]) => void;
}

function ChoiceRow({ what, all, nameOf, leftOut, onChange }: ChoiceRowProps) {
  const [isOpen, setIsOpen] = useState(false);
  const [search, setSearch] = useState('');
  const id = useId();
  const unticked = new Set(leftOut);
  const found =
    isOpen && search !== '' ? all.filter(({ name }) => nameOf(name).includes(search.toLowerCase())) : all;
  const shown = found.slice(0, isOpen ? MOST_SHOWN : FEW);
  const hidden = found.length - shown.length;
  const names = found.map(({ name }) => name);
  return (
    <div className={styles['row']} role="group" aria-labelledby={id}>
      <span id={id} className={styles['label']}>
        {text(`lists.${what}`)}
      </span>
      <div className={styles['chips']} data-open={isOpen || undefined}>
        {isOpen && all.length > MANY && (
          <input
            className={`${form['input'] ?? ''} ${styles['search'] ?? ''}`}
            aria-label={text(`lists.${what}.find`)}
            placeholder={text('lists.find', { count: all.length })}
            value={search}
            spellCheck={false}
            onChange={(event) => {
              setSearch(event.target.value);
            }}
          />
        )}
        {shown.map(({ name, entries }) => (
          <label key={name} className={styles['chip']} title={nameOf(name)}>
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
            <span className={styles['name']}>{nameOf(name)}</span> {formatCount(entries)}
          </label>
        ))}
        {isOpen && hidden > 0 && (
          <span className={styles['hidden']}>{text('lists.hidden', { count: hidden })}</span>
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
            {text('lists.more', { count: all.length - FEW })}
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
            {text('lists.fewer')}
          </Button>
        )}
        <Button
          look="link"
          aria-label={text(`lists.${what}.all`)}
          onPress={() => {
            const ticked = new Set(names);
            onChange(leftOut.filter((name) => !ticked.has(name)));
          }}
        >
          {text('lists.all')}
        </Button>
        <Button
          look="link"
          aria-label={text(`lists.${what}.no`)}
          onPress={() => {
            onChange([...new Set([...leftOut, ...names])]);
          }}
        >
          {text('lists.no')}
        </Button>
      </span>
    </div>
  );
}
