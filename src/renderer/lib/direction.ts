/** Which way the page's language is written. What shows time runs from left to right in all of them. */

/** 1: to the right of something is behind it; −1: before it. */
export function rightward(): 1 | -1 {
  return document.documentElement.dir === 'rtl' ? -1 : 1;
}
