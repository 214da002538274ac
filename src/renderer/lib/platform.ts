/** macOS has other keys, and other signs for them. */
export const isMac = navigator.userAgent.includes('Macintosh');
