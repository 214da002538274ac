/** How Heddle works for everything new. Each setting says what it does, is found by its words, and goes back to its default. */
import { useEffect, useState } from 'react';
import { text } from '../../../common/text/text';
import { Button } from '../../components/button';
import { Confirm } from '../../dialogs/confirm';
import { inBrowser } from '../../lib/place';
import { watchJob } from '../../state/frames';
import { announce } from '../../state/notices';
import { changeSettings, useSettings } from '../../state/settings';
import pageStyles from '../page.module.css';
import { About } from './about';
import { DownloadSettings } from './download-settings';
import { JobSettings } from './job-settings';
import { RESETTABLE, SearchContext, defaultsOf, isDefault } from './rows';
import { RpcSettings } from './rpc-settings';
import { SystemSettings } from './system-settings';
import { WindowSettings } from './window-settings';
import styles from './settings.module.css';

export function SettingsPage() {
  const settings = useSettings();
  const [search, setSearch] = useState('');
  const [asks, setAsks] = useState(false);
  useEffect(() => {
    watchJob(null);
  }, []);
  return (
    <div className={pageStyles['page']}>
      <header className={`${pageStyles['header'] ?? ''} ${styles['header'] ?? ''}`}>
        <h1 className={pageStyles['title']}>{text('page.settings')}</h1>
        <input
          type="search"
          className={`${styles['field'] ?? ''} ${styles['search'] ?? ''}`}
          aria-label={text('settings.find')}
          placeholder={text('settings.find-hint')}
          spellCheck={false}
          value={search}
          onChange={(event) => {
            setSearch(event.target.value);
          }}
          onKeyDown={(event) => {
            if (event.key === 'Escape') setSearch('');
          }}
        />
        <Button
          isDisabled={settings === null || RESETTABLE.every((key) => isDefault(settings, key))}
          onPress={() => {
            setAsks(true);
          }}
        >
          {text('settings.reset-all')}
        </Button>
      </header>
      {settings !== null && (
        // Scrolls, and so has to be reachable by keyboard.
        <div className={styles['scroller']} role="region" aria-label={text('settings.all')} tabIndex={0}>
          <div className={styles['content']}>
            <SearchContext value={search}>
              <JobSettings settings={settings} />
              <DownloadSettings settings={settings} />
              <WindowSettings settings={settings} />
              {!inBrowser && <RpcSettings settings={settings} />}
              {!inBrowser && <SystemSettings settings={settings} />}
              <About />
            </SearchContext>
            <p className={styles['none']}>{text('settings.none', { search })}</p>
          </div>
        </div>
      )}
      {asks && (
        <Confirm
          title={text('settings.reset-ask')}
          keep={text('common.cancel')}
          act={text('settings.reset-act')}
          onAct={() => {
            changeSettings(defaultsOf(RESETTABLE));
            announce(text('settings.reset-done'));
          }}
          onClose={() => {
            setAsks(false);
          }}
        >
          {text('settings.reset-note')}
        </Confirm>
      )}
    </div>
  );
}
