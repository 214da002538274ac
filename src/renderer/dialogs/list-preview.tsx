/** What was understood of the sources of a download: how much, from where, and what is wrong with it. */
import { visible } from '../../common/model/visible';
import { text } from '../../common/text/text';
import {
  faultsText,
  filesText,
  formatText,
  remarkLines,
  type Combined,
  type LeftOut,
  type PreviewedSource,
} from '../lib/previews';
import { changeDraft, draftsStore } from '../state/drafts';
import { ListFilter } from './list-filter';
import form from './form.module.css';
import styles from './list-preview.module.css';

const SHOWN_FAULTS = 100;

interface ListPreviewsProps {
  readonly sources: readonly PreviewedSource[];
  readonly together: Combined;
  readonly leftOut: LeftOut;
  /** How many are left of them; `null` where that cannot be told. */
  readonly chosen: number | null;
}

export function ListPreviews({ sources, together, leftOut, chosen }: ListPreviewsProps) {
  const beside = sources.filter(({ name }) => name !== null);
  return (
    <div className={styles['preview']}>
      {beside.length > 0 && (
        <ul className={form['paths']} aria-label={text('lists.label')}>
          {beside.map((source) => (
            <SourceRow key={source.key} source={source} />
          ))}
        </ul>
      )}
      <Summary sources={sources} together={together} chosen={chosen} />
      <ListFilter together={together} leftOut={leftOut} />
      {remarkLines(together).map((line) => (
        <p key={line} className={styles['line']}>
          {visible(line)}
        </p>
      ))}
      <Faults together={together} />
    </div>
  );
}

function Summary({ sources, together, chosen }: Omit<ListPreviewsProps, 'leftOut'>) {
  const { entries, faultCount, hosts } = together;
  const [first] = hosts;
  const from =
    first === undefined
      ? ''
      : hosts.length === 1
        ? text('lists.from', { host: visible(first.name) })
        : text('lists.from-hosts', { count: hosts.length });
  const own = sources.find(({ name }) => name === null)?.preview ?? null;
  const parts = [from, ...(own === null || own.entries === 0 ? [] : [formatText(own)])];
  return (
    <div className={styles['summary']}>
      <p aria-live="polite">
        {entries + faultCount === 0 ? (
          <span className={styles['muted']}>{text('lists.none')}</span>
        ) : (
          <>
            <strong className={styles['count']}>{countText(together, chosen)}</strong>{' '}
            <span className={styles['muted']}>{parts.filter((part) => part !== '').join(' · ')}</span>
          </>
        )}
      </p>
      {faultCount > 0 && <p className={styles['faultCount']}>{faultsText(faultCount)}</p>}
    </div>
  );
}

function countText(together: Combined, chosen: number | null): string {
  const files = filesText(together);
  if (chosen === together.entries) return files;
  return chosen === null ? text('lists.some', { files }) : text('lists.chosen', { chosen, files });
}

/** A file or a long pasted text. */
function SourceRow({ source }: { readonly source: PreviewedSource }) {
  const { name, preview, error } = source;
  const told = visible(
    error ??
      (preview === null
        ? text('download.reading')
        : [
            filesText(preview),
            formatText(preview),
            ...(preview.faultCount === 0 ? [] : [faultsText(preview.faultCount)]),
          ].join(' · ')),
  );
  return (
    <li className={form['path']}>
      <span className={styles['name']} title={name ?? undefined}>
        {name}
      </span>
      <span className={error === null ? styles['taken'] : styles['error']} title={told}>
        {told}
      </span>
      <button
        type="button"
        className={form['remove']}
        aria-label={text('dialog.remove', { name: name ?? '' })}
        onClick={() => {
          remove(source.key);
        }}
      >
        <span aria-hidden="true">✕</span>
      </button>
    </li>
  );
}

function remove(key: string): void {
  const { pasted, listFiles } = draftsStore.get().download;
  changeDraft('download', {
    pasted: pasted.filter(({ id }) => key !== `pasted:${id}`),
    listFiles: listFiles.filter((file) => key !== `file:${file}`),
  });
}

function Faults({ together: { faults, faultCount } }: { readonly together: Combined }) {
  if (faultCount === 0) return null;
  const shown = faults.slice(0, SHOWN_FAULTS);
  return (
    // Scrolls, and so has to be reachable by keyboard.
    <ul className={styles['faults']} aria-label={text('lists.faults.label')} tabIndex={0}>
      {shown.map(({ key, message }) => (
        <li key={key} className={styles['fault']} title={visible(message)}>
          {visible(message)}
        </li>
      ))}
      {faultCount > shown.length && (
        <li className={styles['fault']}>{text('lists.faults.more', { count: faultCount - shown.length })}</li>
      )}
    </ul>
  );
}
