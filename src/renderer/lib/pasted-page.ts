/** What browsers put on the clipboard when a part of a page is copied: its text, and its HTML, which has the links. Pure. */

const LINK = /\shref\s{0,9}=\s{0,9}["']?https?:/iu;

/** Whether a page's HTML has addresses that its text does not show. */
export function hasHiddenLinks(html: string, text: string): boolean {
  return LINK.test(html) && !/https?:\/\//iu.test(text);
}
