import { visible } from '../../common/model/visible';
import { dismissNotice, noticesStore, announcementStore } from '../state/notices';
import { resumeInterrupted } from '../state/actions';
import { jobsStore } from '../state/jobs';
import { useStore } from '../state/store';
import { dismissBanner, uiStore } from '../state/ui';
import { plural } from '../lib/text';
import { Button } from './button';
import styles from './notices.module.css';

/** What screen readers are told: ends and failures of jobs. */
export function LiveRegion() {
  const text = useStore(announcementStore, (announcement) => announcement);
  return (
    <div className="visually-hidden" role="status" aria-live="polite">
      {visible(text)}
    </div>
  );
}

export function Notices() {
  const notices = useStore(noticesStore, (all) => all);
  return (
    <div role="alert" className={styles['notices']}>
      {notices.map((notice) => (
        <div key={notice.id} className={styles['notice']}>
          <p className={styles['text']}>{visible(notice.message)}</p>
          <Button
            look="quiet"
            onPress={() => {
              dismissNotice(notice.id);
            }}
          >
            Dismiss
          </Button>
        </div>
      ))}
    </div>
  );
}

export function InterruptedBanner() {
  const count = useStore(jobsStore, (jobs) => jobs.interrupted.length);
  const dismissed = useStore(uiStore, (ui) => ui.bannerDismissed);
  if (count === 0 || dismissed) return null;
  return (
    <section className={styles['banner']} aria-label="Interrupted jobs">
      <p className={styles['text']}>
        {plural(count, 'job was', 'jobs were')} interrupted. What was finished is kept.
      </p>
      <Button onPress={resumeInterrupted}>{count === 1 ? 'Resume' : 'Resume all'}</Button>
      <Button look="quiet" onPress={dismissBanner}>
        Later
      </Button>
    </section>
  );
}
