/** A sign for each page, drawn in the colour of its text. The page's name stands beside it, or is its tooltip. */
import type { Page } from '../kinds';

/** On a square of 16. */
const PATHS: Readonly<Record<Page, string>> = {
  download: 'M8 2v8.5M4.5 7.2 8 10.7l3.5-3.5M2.5 14h11',
  hash: 'M6.2 2 4.8 14M11.2 2 9.8 14M2.5 5.7h11.6M1.9 10.3h11.6',
  verify: 'm2.5 8.6 3.6 3.6L13.5 4',
  copy: 'M5.5 5.5h8.3v8.3H5.5zM10.5 5.5V2.2H2.2v8.3h3.3',
  compare: 'M3 14V8.5M8 14V2M13 14V5.5',
  history: 'M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8ZM8 4.5V8l2.5 1.8',
  threads: 'M3.5 2.5v11M6.5 2.5v11M9.5 2.5v11M12.5 2.5v11M1.5 8h13',
  settings:
    'M1.8 5h6.4M11.8 5h2.4M1.8 11h2.4M7.8 11h6.4M10 3.2a1.8 1.8 0 1 1 0 3.6 1.8 1.8 0 0 1 0-3.6ZM6 9.2a1.8 1.8 0 1 1 0 3.6 1.8 1.8 0 0 1 0-3.6Z',
};

export function PageIcon({ page }: { readonly page: Page }) {
  return <Icon path={PATHS[page]} />;
}

/** An edge, and an arrow: towards it to fold, away from it to unfold. */
export function FoldIcon({ folded }: { readonly folded: boolean }) {
  return (
    <Icon
      path={folded ? 'M2.5 2v12M6 8h7.5M10 4.5 13.5 8 10 11.5' : 'M2.5 2v12M13.5 8H6M9.5 4.5 6 8l3.5 3.5'}
    />
  );
}

function Icon({ path }: { readonly path: string }) {
  return (
    <svg
      width="16"
      height="16"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={path} />
    </svg>
  );
}
