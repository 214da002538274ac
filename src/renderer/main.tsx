/** The window's entry: styles, the connection to the main process, React. */
import './browser/install';
import 'uplot/dist/uPlot.min.css';
import './styles/tokens.css';
import './styles/base.css';
import './styles/forced-colors.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Root } from './app';
import { hardenPage } from './lib/harden-page';
import { inBrowser } from './lib/place';
import { connect } from './state/connect';
import { keepFocus } from './state/focus-keeper';
import { followLanguage } from './state/language';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

// A browser's page has no dialogs of an app, and chooses its files itself.
if (!inBrowser) hardenPage();
followLanguage();
connect();
keepFocus();
createRoot(root).render(
  <StrictMode>
    <Root />
  </StrictMode>,
);
