/** Colours for canvases, read from the custom properties of the theme that is shown. */
const held = new Map<string, string>();
const listeners = new Set<() => void>();

export function themeColour(property: string): string {
  let colour = held.get(property);
  if (colour === undefined) {
    colour = getComputedStyle(document.documentElement).getPropertyValue(property).trim();
    held.set(property, colour);
  }
  return colour;
}

/** @returns what ends the subscription */
export function onThemeChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** `data-theme` always names the theme that is shown. */
export function showTheme(theme: 'dark' | 'light'): void {
  if (document.documentElement.dataset['theme'] === theme) return;
  document.documentElement.dataset['theme'] = theme;
  held.clear();
  for (const listener of [...listeners]) listener();
}
