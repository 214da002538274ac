/** Colours for canvases, read from the custom properties of the theme that is shown. */
const held = new Map<string, string>();
const listeners = new Set<() => void>();

export function themeColour(property: string): string {
  let colour = held.get(property);
  if (colour === undefined) {
    colour = resolved(property);
    held.set(property, colour);
  }
  return colour;
}

/** As a canvas takes it: in forced colours, properties name colours of the system. */
function resolved(property: string): string {
  const probe = document.createElement('span');
  probe.style.forcedColorAdjust = 'none';
  probe.style.color = `var(${property})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** @returns what ends the subscription */
export function onThemeChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

let shown = '';

/**
 * `data-theme` always names the theme that is shown.
 * @param forced whether the system says which colours there are
 */
export function showTheme(theme: 'dark' | 'light', forced: boolean): void {
  const now = `${theme} ${forced}`;
  if (shown === now) return;
  shown = now;
  document.documentElement.dataset['theme'] = theme;
  held.clear();
  for (const listener of [...listeners]) listener();
}
