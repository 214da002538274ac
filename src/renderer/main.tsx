/** The window's entry: styles, the connection to the main process, React. */
import 'uplot/dist/uPlot.min.css';
import './styles/tokens.css';
import './styles/base.css';
import './styles/forced-colors.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Root } from './app';
import { hardenPage } from './lib/harden-page';
import { connect } from './state/connect';
import { keepFocus } from './state/focus-keeper';
import { followLanguage } from './state/language';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

hardenPage();
followLanguage();
connect();
keepFocus();
createRoot(root).render(
  <StrictMode>
    <Root />
  </StrictMode>,
);
