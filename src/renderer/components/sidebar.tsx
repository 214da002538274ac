import { text } from '../../common/text/text';
import { isPageKind, PAGES, pageTitle, type Page, type PageKind } from '../kinds';
import { useMedia } from '../lib/use-media';
import { experimentsStore } from '../state/experiments';
import { jobsStore } from '../state/jobs';
import { changeSettings, settingsStore } from '../state/settings';
import { useStore } from '../state/store';
import { goTo, usePage } from '../state/ui';
import { Logo } from './logo';
import { FoldIcon, PageIcon } from './page-icon';
import styles from './sidebar.module.css';

/** Names have no room beside the lists then. */
const NARROW = '(max-width: 900px)';
/** Settings are at the foot. */
const ABOVE = PAGES.filter((page) => page !== 'settings');

/** The pages by sign and name; folded, by sign alone, as it always is in a narrow window. */
export function Sidebar() {
  const chosen = useStore(settingsStore, (settings) => settings?.sidebarFolded === true);
  const narrow = useMedia(NARROW);
  const folded = chosen || narrow;
  return (
    <nav className={styles['sidebar']} data-folded={folded || undefined} aria-label={text('frame.pages')}>
      <div className={styles['brand']}>
        <Logo />
        <span className={styles['name']}>Heddle</span>
      </div>
      <ul className={styles['list']}>
        {ABOVE.map((page) => (
          <li key={page}>
            <PageLink page={page} />
          </li>
        ))}
        <li className={styles['last']}>
          <PageLink page="settings" />
        </li>
        {!narrow && (
          <li>
            <FoldButton folded={folded} />
          </li>
        )}
      </ul>
    </nav>
  );
}

function FoldButton({ folded }: { readonly folded: boolean }) {
  const name = text(folded ? 'frame.unfold' : 'frame.fold');
  return (
    <button
      type="button"
      className={styles['link']}
      title={name}
      onClick={() => {
        changeSettings({ sidebarFolded: !folded });
      }}
    >
      <FoldIcon folded={folded} />
      <span className={styles['text']}>{name}</span>
    </button>
  );
}

function PageLink({ page }: { readonly page: Page }) {
  const current = usePage() === page;
  return (
    <button
      type="button"
      className={styles['link']}
      data-page={page}
      aria-current={current ? 'page' : undefined}
      title={pageTitle(page)}
      onClick={() => {
        goTo(page);
      }}
    >
      <PageIcon page={page} />
      <span className={styles['text']}>{pageTitle(page)}</span>
      {isPageKind(page) && <ActiveCount kind={page} />}
      {page === 'compare' && <RunningMark />}
    </button>
  );
}

/** One experiment runs at a time. */
function RunningMark() {
  const runs = useStore(experimentsStore, ({ runningId }) => runningId !== null);
  if (!runs) return null;
  return (
    <span className={styles['count']}>
      1<span className="visually-hidden"> {text('frame.running')}</span>
    </span>
  );
}

function ActiveCount({ kind }: { readonly kind: PageKind }) {
  const active = useStore(jobsStore, (jobs) => jobs.kinds[kind].active);
  if (active === 0) return null;
  return (
    <span className={styles['count']}>
      {active}
      <span className="visually-hidden"> {text('frame.active')}</span>
    </span>
  );
}
