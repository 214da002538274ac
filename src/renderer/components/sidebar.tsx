import { isPageKind, PAGES, PAGE_TITLES, type Page, type PageKind } from '../kinds';
import { experimentsStore } from '../state/experiments';
import { jobsStore } from '../state/jobs';
import { useStore } from '../state/store';
import { goTo, usePage } from '../state/ui';
import { Logo } from './logo';
import styles from './sidebar.module.css';

/** Settings are at the foot. */
const ABOVE = PAGES.filter((page) => page !== 'settings');

export function Sidebar() {
  return (
    <nav className={styles['sidebar']} aria-label="Pages">
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
      </ul>
    </nav>
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
      onClick={() => {
        goTo(page);
      }}
    >
      <span>{PAGE_TITLES[page]}</span>
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
      1<span className="visually-hidden"> running</span>
    </span>
  );
}

function ActiveCount({ kind }: { readonly kind: PageKind }) {
  const active = useStore(jobsStore, (jobs) => jobs.kinds[kind].active);
  if (active === 0) return null;
  return (
    <span className={styles['count']}>
      {active}
      <span className="visually-hidden"> active</span>
    </span>
  );
}
