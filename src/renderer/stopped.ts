/** The page that stands in for the window's after a crash: nothing that could crash again. */
import { catalogueOf } from '../common/text/catalogues';
import { directionOf, isShownLanguage } from '../common/text/languages';
import type { MessageKey } from '../common/text/messages';
import './styles/tokens.css';
import './styles/base.css';
import './styles/stopped.css';

document.documentElement.dataset['theme'] = window.matchMedia('(prefers-color-scheme: light)').matches
  ? 'light'
  : 'dark';
const language = isShownLanguage(window.heddle.language) ? window.heddle.language : 'en';
document.documentElement.lang = language;
document.documentElement.dir = directionOf(language);
for (const element of document.querySelectorAll<HTMLElement>('[data-text]'))
  element.textContent = catalogueOf(language).text(element.dataset['text'] as MessageKey);
document.querySelector('a')?.focus();
