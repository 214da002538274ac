/** What is to be done with something that came from outside. Each answer opens a dialog with it filled in; none starts anything. */
import { choicesFor, isManifestName, type Choice } from '../../common/opening/choices';
import type { LinkedDownload, OpenedPath } from '../../common/opening/opened';
import { visible } from '../../common/model/visible';
import { Button } from '../components/button';
import { Dialog } from '../components/dialog';
import { plural } from '../lib/text';
import { startChoice, startLinked } from '../state/opening';
import { closeDialog, type OpenDialog } from '../state/ui';
import styles from './form.module.css';
import own from './choose-work.module.css';

type Asked = Extract<OpenDialog, { type: 'choose' }>['opened'];

const CHOICES: Readonly<Record<Choice, readonly [title: string, note: string]>> = {
  verify: ['Verify', 'Check files against this manifest'],
  'download-list': ['Download', 'Download the URLs that are listed in it'],
  'save-in': ['Download into it', 'Save a new download in this folder'],
  'compare-folders': ['Compare', 'Compare the two folders by content'],
  hash: ['Hash', 'Compute digests of the files'],
  duplicates: ['Find duplicates', 'Find files with the same content'],
  copy: ['Copy', 'Copy it to another folder'],
};

export function ChooseWork({ opened }: { readonly opened: Asked }) {
  return opened.type === 'paths' ? <ForPaths paths={opened.paths} /> : <ForLink {...opened} />;
}

function nameOf(path: string): string {
  return visible(path.replace(/[/\\]$/u, '').replace(/^.*[/\\]/su, '')) || visible(path);
}

function ForPaths({ paths }: { readonly paths: readonly OpenedPath[] }) {
  const [first] = paths;
  const what =
    paths.length === 1 && first !== undefined
      ? `“${nameOf(first.path)}”`
      : plural(paths.length, 'item', 'items');
  return (
    <Dialog title={`What do you want to do with ${what}?`} onClose={closeDialog}>
      <div className={styles['body']}>
        <Items label="Files and folders" items={paths.map(({ path }) => path)} />
        <ul className={own['choices']} aria-label="What to do">
          {choicesFor(paths).map((choice, place) => {
            const [title, note] = CHOICES[choice];
            return (
              <li key={choice}>
                <button
                  type="button"
                  className={own['choice']}
                  // The likeliest is first, and Enter takes it.
                  autoFocus={place === 0}
                  onClick={() => {
                    closeDialog();
                    startChoice(choice, paths);
                  }}
                >
                  <span className={own['title']}>{title}…</span>
                  <span className={own['note']}>
                    {choice === 'verify' && first !== undefined && !isManifestName(first.path)
                      ? 'Check files against it, if it is a manifest'
                      : note}
                  </span>
                </button>
              </li>
            );
          })}
        </ul>
      </div>
      <div className={styles['buttons']}>
        <p className={styles['note']}>Nothing starts yet.</p>
        <Button onPress={closeDialog}>Cancel</Button>
      </div>
    </Dialog>
  );
}

function ForLink({
  from,
  download,
}: {
  readonly from: 'link' | 'arguments';
  readonly download: LinkedDownload;
}) {
  const { urls, name, checksum } = download;
  const who = from === 'link' ? 'A link asks' : 'Another program asks';
  return (
    <Dialog title="Download from a link?" onClose={closeDialog}>
      <div className={styles['body']}>
        <p>
          {who} Heddle to download{' '}
          {urls.length === 1 ? 'this URL' : `these ${plural(urls.length, 'URL', 'URLs')}`}. Continue only if
          you expect it.
        </p>
        <Items label="URLs" items={urls} />
        {name !== null && <p>Save as: {visible(name)}</p>}
        {checksum !== null && <p className={own['digest']}>Checksum: {checksum}</p>}
      </div>
      <div className={styles['buttons']}>
        <p className={styles['note']}>Nothing starts yet.</p>
        <Button onPress={closeDialog} autoFocus>
          Cancel
        </Button>
        <Button
          look="primary"
          onPress={() => {
            closeDialog();
            startLinked(download);
          }}
        >
          Continue…
        </Button>
      </div>
    </Dialog>
  );
}

const MOST_SHOWN = 100;

function Items({ label, items }: { readonly label: string; readonly items: readonly string[] }) {
  return (
    // Scrolls, and so has to be reachable by keyboard.
    <ul className={styles['paths']} aria-label={label} tabIndex={items.length > 5 ? 0 : -1}>
      {items.slice(0, MOST_SHOWN).map((item) => (
        <li key={item} className={`${styles['path'] ?? ''} ${own['item'] ?? ''}`}>
          <span className={own['text']}>{visible(item)}</span>
        </li>
      ))}
      {items.length > MOST_SHOWN && (
        <li className={styles['path']}>and {plural(items.length - MOST_SHOWN, 'more', 'more')}</li>
      )}
    </ul>
  );
}
