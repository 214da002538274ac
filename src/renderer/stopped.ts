/** The page that stands in for the window's after a crash: nothing that could crash again. */
import './styles/tokens.css';
import './styles/base.css';
import './styles/stopped.css';

document.documentElement.dataset['theme'] = window.matchMedia('(prefers-color-scheme: light)').matches
  ? 'light'
  : 'dark';
document.querySelector('a')?.focus();
