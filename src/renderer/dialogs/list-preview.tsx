/** What was understood of a list: how much, from where, and what is wrong with it. */
import { LIST_FORMAT_NAMES, type ListPreview } from '../../common/model/download';
import { formatCount } from '../../common/model/units';
import { visible } from '../../common/model/visible';
import { plural } from '../lib/text';
import styles from './list-preview.module.css';

const SHOWN_HOSTS = 4;
const SHOWN_FAULTS = 5;

/** One line: the first thing to know. */
export function previewText(preview: ListPreview | null): string {
  if (preview === null || preview.entries + preview.faultCount === 0) return 'No URLs yet.';
  const more = preview.partial ? ' or more' : '';
  const understood = plural(preview.entries, 'URL', 'URLs') + more;
  const form = preview.format === 'urls' ? '' : ` in ${LIST_FORMAT_NAMES[preview.format]}`;
  if (preview.faultCount === 0) return understood + form;
  return `${understood}${form}, ${plural(preview.faultCount, 'line', 'lines')} not understood`;
}

/** The rest of it; nothing where there is nothing to say. */
export function PreviewDetails({ preview }: { readonly preview: ListPreview | null }) {
  if (preview === null) return null;
  const { hosts, duplicates, clashes, faults, faultCount } = preview;
  const others = hosts.length - SHOWN_HOSTS;
  const lines = [
    ...(hosts.length > 1
      ? [
          `From ${hosts
            .slice(0, SHOWN_HOSTS)
            .map(({ host, entries }) => `${host} (${formatCount(entries)})`)
            .join(', ')}${others > 0 ? ` and ${plural(others, 'other host', 'other hosts')}` : ''}.`,
        ]
      : []),
    ...(duplicates > 0 ? [`${plural(duplicates, 'entry comes', 'entries come')} more than once.`] : []),
    ...clashes
      .slice(0, 1)
      .map(
        ({ name, entries }) =>
          `${plural(entries, 'file', 'files')} would be called ${name}; they get numbers.`,
      ),
  ];
  return (
    <div className={styles['preview']}>
      {lines.map((line) => (
        <p key={line} className={styles['line']}>
          {visible(line)}
        </p>
      ))}
      {faultCount > 0 && (
        <ul className={styles['faults']} aria-label="Lines that were not understood">
          {faults.slice(0, SHOWN_FAULTS).map(({ line, message }) => (
            <li key={line} className={styles['fault']} title={visible(message)}>
              {visible(message)}
            </li>
          ))}
          {faultCount > SHOWN_FAULTS && (
            <li className={styles['fault']}>and {formatCount(faultCount - SHOWN_FAULTS)} more</li>
          )}
        </ul>
      )}
    </div>
  );
}
