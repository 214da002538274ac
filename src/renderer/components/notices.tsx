import { visible } from '../../common/model/visible';
import { text } from '../../common/text/text';
import { dismissNotice, noticesStore, announcementStore } from '../state/notices';
import { resumeInterrupted } from '../state/actions';
import { jobsStore } from '../state/jobs';
import { useStore } from '../state/store';
import { dismissBanner, uiStore } from '../state/ui';
import { Button } from './button';
import styles from './notices.module.css';

/** What screen readers are told: ends and failures of jobs. */
export function LiveRegion() {
  const announcement = useStore(announcementStore, (latest) => latest);
  return (
    <div className="visually-hidden" role="status" aria-live="polite">
      {visible(announcement)}
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
            {text('notice.dismiss')}
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
    <section className={styles['banner']} aria-label={text('notice.interrupted')}>
      <p className={styles['text']}>{text('notice.interrupted.count', { count })}</p>
      <Button onPress={resumeInterrupted}>{text('notice.resume', { count })}</Button>
      <Button look="quiet" onPress={dismissBanner}>
        {text('notice.later')}
      </Button>
    </section>
  );
}
