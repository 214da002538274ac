/** Whether the window is shown in a browser, on whichever machine, and not on the desktop of the one that Heddle runs on. */
export const inBrowser = typeof window !== 'undefined' && window.heddle.place === 'browser';
