/** What is to be done with something that came from outside. Each answer opens a dialog with it filled in; none starts anything. */
import { choicesFor, isManifestName } from '../../common/opening/choices';
import type { LinkedDownload, OpenedPath } from '../../common/opening/opened';
import { visible } from '../../common/model/visible';
import { text } from '../../common/text/text';
import { Button } from '../components/button';
import { Dialog } from '../components/dialog';
import { startChoice, startLinked } from '../state/opening';
import { closeDialog, type OpenDialog } from '../state/ui';
import styles from './form.module.css';
import own from './choose-work.module.css';

type Asked = Extract<OpenDialog, { type: 'choose' }>['opened'];

export function ChooseWork({ opened }: { readonly opened: Asked }) {
  return opened.type === 'paths' ? <ForPaths paths={opened.paths} /> : <ForLink {...opened} />;
}

function nameOf(path: string): string {
  return visible(path.replace(/[/\\]$/u, '').replace(/^.*[/\\]/su, '')) || visible(path);
}

function ForPaths({ paths }: { readonly paths: readonly OpenedPath[] }) {
  const [first] = paths;
  const title =
    paths.length === 1 && first !== undefined
      ? text('choose.title', { name: nameOf(first.path) })
      : text('choose.title-items', { count: paths.length });
  return (
    <Dialog title={title} onClose={closeDialog}>
      <div className={styles['body']}>
        <Items label={text('choose.items')} items={paths.map(({ path }) => path)} />
        <ul className={own['choices']} aria-label={text('choose.what')}>
          {choicesFor(paths).map((choice, place) => (
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
                <span className={own['title']}>{text(`choose.${choice}`)}</span>
                <span className={own['note']}>
                  {choice === 'verify' && first !== undefined && !isManifestName(first.path)
                    ? text('choose.verify-maybe.note')
                    : text(`choose.${choice}.note`)}
                </span>
              </button>
            </li>
          ))}
        </ul>
      </div>
      <div className={styles['buttons']}>
        <p className={styles['note']}>{text('choose.nothing-yet')}</p>
        <Button onPress={closeDialog}>{text('common.cancel')}</Button>
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
  return (
    <Dialog title={text('link.title')} onClose={closeDialog}>
      <div className={styles['body']}>
        <p>{text(from === 'link' ? 'link.asks' : 'link.program-asks', { count: urls.length })}</p>
        <Items label={text('link.urls')} items={urls} />
        {name !== null && <p>{text('link.save-as', { name: visible(name) })}</p>}
        {checksum !== null && <p className={own['digest']}>{text('link.checksum', { checksum })}</p>}
      </div>
      <div className={styles['buttons']}>
        <p className={styles['note']}>{text('choose.nothing-yet')}</p>
        <Button onPress={closeDialog} autoFocus>
          {text('common.cancel')}
        </Button>
        <Button
          look="primary"
          onPress={() => {
            closeDialog();
            startLinked(download);
          }}
        >
          {text('link.continue')}
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
        <li className={styles['path']}>{text('choose.more', { count: items.length - MOST_SHOWN })}</li>
      )}
    </ul>
  );
}
