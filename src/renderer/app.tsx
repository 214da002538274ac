import { useEffect, useRef } from 'react';
import { I18nProvider } from 'react-aria-components';
import { PickHost } from './browser/pick-dialog';
import { text } from '../common/text/text';
import { DialogHost } from './dialogs/dialog-host';
import { DialogBoundary, PageBoundary } from './components/boundary';
import { ContextMenuHost } from './components/context-menu';
import { InterruptedBanner, LiveRegion, Notices } from './components/notices';
import { Toasts } from './components/toasts';
import { Sidebar } from './components/sidebar';
import { DropTarget } from './kind-page/drop-target';
import { KindPage } from './kind-page/kind-page';
import { ExperimentsPage } from './pages/experiments/experiments';
import { HistoryPage } from './pages/history';
import { SettingsPage } from './pages/settings/settings';
import { ThreadsPage } from './pages/threads/threads';
import { isPageKind, pageTitle } from './kinds';
import { useLanguage } from './state/language';
import { useShortcuts } from './state/shortcuts';
import { closeDialog, usePage } from './state/ui';
import styles from './app.module.css';

/** Where it was chosen, the focus stays. */
function focusLanguageChoice(): void {
  const group = `[role="radiogroup"][aria-label="${text('settings.language')}"]`;
  document.querySelector<HTMLElement>(`${group} :checked`)?.focus();
}

/** In another language all is drawn anew. */
export function Root() {
  const language = useLanguage();
  const drawn = useRef(language);
  useEffect(() => {
    if (drawn.current !== language) focusLanguageChoice();
    drawn.current = language;
  }, [language]);
  return (
    <I18nProvider locale={language}>
      <App key={language} />
    </I18nProvider>
  );
}

function App() {
  useShortcuts();
  return (
    <div className={styles['app']}>
      <Sidebar />
      <CurrentPage />
      <Toasts />
      <LiveRegion />
      <ContextMenuHost />
      <DialogBoundary onFault={closeDialog}>
        <DialogHost />
        <PickHost />
      </DialogBoundary>
    </div>
  );
}

function CurrentPage() {
  const page = usePage();
  return (
    <main className={styles['main']} aria-label={pageTitle(page)}>
      <Notices />
      <PageBoundary key={page}>
        {isPageKind(page) ? (
          <>
            <InterruptedBanner />
            <KindPage key={page} kind={page} />
          </>
        ) : (
          <DropTarget kind={null}>
            {page === 'compare' ? (
              <ExperimentsPage />
            ) : page === 'threads' ? (
              <ThreadsPage />
            ) : page === 'history' ? (
              <HistoryPage />
            ) : (
              <SettingsPage />
            )}
          </DropTarget>
        )}
      </PageBoundary>
    </main>
  );
}
