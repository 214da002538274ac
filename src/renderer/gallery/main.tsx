/** The entry of the gallery, which is built for development alone (`npm run screenshots -- components`). */
import './no-bridge';
import '../styles/tokens.css';
import '../styles/base.css';
import '../styles/forced-colors.css';
import './gallery.css';
import { createRoot } from 'react-dom/client';
import { Gallery } from './gallery';

const root = document.getElementById('root');
if (root === null) throw new Error('gallery.html has no #root');
const light = window.matchMedia('(prefers-color-scheme: light)');
const follow = (): void => {
  document.documentElement.dataset['theme'] = light.matches ? 'light' : 'dark';
};
light.addEventListener('change', follow);
follow();
createRoot(root).render(<Gallery />);
