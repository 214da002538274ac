/** The pages before the window in a browser: the way in. Without a script they are there as well, in English. */
import './styles/tokens.css';
import './styles/base.css';
import './styles/stopped.css';
import './styles/door.css';
import { catalogueOf } from '../common/text/catalogues';
import { english } from '../common/text/en';
import { languageAmong } from '../common/text/languages';
import type { MessageKey } from '../common/text/messages';

const language = languageAmong(navigator.languages);
const { documentElement } = document;
documentElement.lang = language;
documentElement.dataset['theme'] = window.matchMedia('(prefers-color-scheme: light)').matches
  ? 'light'
  : 'dark';
for (const element of document.querySelectorAll<HTMLElement>('[data-text]')) {
  const key = element.dataset['text'] ?? '';
  if (Object.hasOwn(english, key)) element.textContent = catalogueOf(language).text(key as MessageKey);
}
