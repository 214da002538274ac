/** Everything that can be done, found by typing. */
import { labelText } from '../lib/job-label';
import { text } from '../../common/text/text';
import { useId, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { type CommandId } from '../../common/commands/commands';
import { fuzzyScore } from '../../common/commands/fuzzy';
import { shortcutText } from '../../common/commands/shortcut';
import { COMMANDS_HERE } from './here';
import { Dialog } from '../components/dialog';
import { kindName } from '../kinds';
import { isMac } from '../lib/platform';
import { jobsStore } from '../state/jobs';
import { closeDialog, showJob } from '../state/ui';
import { canRun, runCommand } from './actions';
import styles from './palette.module.css';

interface Entry {
  readonly key: string;
  readonly title: string;
  readonly hint: string;
  readonly run: () => void;
}

/** Jobs that it offers to show. */
const MOST_JOBS = 100;
const NOT_OFFERED: ReadonlySet<CommandId> = new Set(['palette']);

function entriesNow(): readonly Entry[] {
  const commands = COMMANDS_HERE.filter(({ id }) => !NOT_OFFERED.has(id) && canRun(id)).map(
    ({ id, shortcut }) => ({
      key: id,
      title: text(`command.${id}`),
      hint: shortcut === undefined ? '' : shortcutText(shortcut, isMac),
      run: () => {
        runCommand(id);
      },
    }),
  );
  const jobs = [...jobsStore.get().byId.values()]
    .sort((a, b) => b.id - a.id)
    .slice(0, MOST_JOBS)
    .map((job) => ({
      key: `job-${job.id}`,
      title: text('palette.go-to', { name: labelText(job) }),
      hint: kindName(job.kind),
      run: () => {
        closeDialog();
        showJob(job);
      },
    }));
  return [...commands, ...jobs];
}

function found(entries: readonly Entry[], typed: string): readonly Entry[] {
  return entries
    .flatMap((entry) => {
      const score = fuzzyScore(typed, entry.title);
      return score === null ? [] : [{ entry, score }];
    })
    .sort((a, b) => b.score - a.score)
    .map(({ entry }) => entry);
}

export function CommandPalette() {
  const id = useId();
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  // What can be done does not change under the user's hands.
  const [entries] = useState(entriesNow);
  const shown = useMemo(() => found(entries, typed), [entries, typed]);

  const move = (to: number): void => {
    setAt(to);
    list.current?.children[to]?.scrollIntoView({ block: 'nearest' });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const last = shown.length - 1;
    if (event.key === 'Enter') shown[at]?.run();
    else if (event.key === 'ArrowDown') move(at >= last ? 0 : at + 1);
    else if (event.key === 'ArrowUp') move(at <= 0 ? Math.max(0, last) : at - 1);
    else if (event.key === 'PageDown') move(Math.min(Math.max(0, last), at + 10));
    else if (event.key === 'PageUp') move(Math.max(0, at - 10));
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title={text('palette.title')} onClose={closeDialog}>
      <div className={styles['palette']}>
        <input
          className={styles['input']}
          role="combobox"
          aria-label={text('palette.field')}
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={shown[at] === undefined ? undefined : `${id}-${shown[at].key}`}
          placeholder={text('palette.hint')}
          spellCheck={false}
          // The palette is opened to type into it.
          autoFocus
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            move(0);
          }}
          onKeyDown={onKeyDown}
        />
        <ul
          ref={list}
          id={`${id}-list`}
          role="listbox"
          aria-label={text('palette.list')}
          className={styles['list']}
        >
          {shown.map((entry, place) => (
            <li
              key={entry.key}
              id={`${id}-${entry.key}`}
              role="option"
              aria-selected={place === at}
              className={styles['entry']}
              onClick={entry.run}
              onMouseMove={() => {
                setAt(place);
              }}
            >
              <span className={styles['title']}>{entry.title}</span>
              <span className={styles['hint']}>{entry.hint}</span>
            </li>
          ))}
        </ul>
        <p className={styles['none']} role="status">
          {shown.length === 0 ? text('palette.none') : ''}
        </p>
      </div>
    </Dialog>
  );
}
