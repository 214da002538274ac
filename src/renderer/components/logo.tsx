/** Vertical threads, crossed by the bar that holds them apart. */
export function Logo() {
  return (
    <svg width="20" height="16" viewBox="0 0 20 16" aria-hidden="true" focusable="false">
      <g stroke="var(--accent)" strokeWidth="1.6" strokeLinecap="round">
        <path d="M2.5 4.5v10" />
        <path d="M6.25 1.5v13" />
        <path d="M10 3.5v11" />
        <path d="M13.75 1.5v13" />
        <path d="M17.5 4.5v10" />
      </g>
      <path d="M0.9 8.5h18.2" stroke="var(--text)" strokeWidth="1.8" strokeLinecap="round" />
    </svg>
  );
}
