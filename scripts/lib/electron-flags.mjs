/** Chromium's sandbox refuses to run as root, and only there is it given up. */
export function electronFlags() {
  return isRoot() ? ['--no-sandbox'] : [];
}

export function isRoot() {
  return process.platform === 'linux' && process.getuid() === 0;
}

/** @returns {boolean} whether a window could be seen */
export function hasDisplay() {
  if (process.platform !== 'linux') return true;
  return [process.env.DISPLAY, process.env.WAYLAND_DISPLAY].some(
    (value) => value !== undefined && value !== '',
  );
}
