/**
 * Keyboard users never have to begin at the top again: when what has the focus goes away (a dialog, a row, a
 * button that gave way to another, a button that was disabled), the focus goes to what opened it, or to what
 * stands in its place. Told once for the whole window, so that no component has to.
 */

/** What has a place of its own in front of the page; what was focused before it, gets the focus back. */
const IN_FRONT = '[role="dialog"], [role="alertdialog"], [role="menu"], [role="listbox"]';
const FOCUSABLE =
  'button:enabled, input:enabled, select:enabled, textarea:enabled, a[href], summary, [tabindex="0"]';

interface Place {
  readonly element: Element;
  /** Its parents, nearest first, each with the place of the child that leads to the element. */
  readonly way: readonly { readonly parent: Element; readonly at: number }[];
}

let inPage: Place | null = null;
let inFront: Place | null = null;
let due = false;

/** Once, at the window's start. */
export function keepFocus(): void {
  document.addEventListener('focusin', ({ target }) => {
    if (!(target instanceof Element)) return;
    if (target.closest(IN_FRONT) === null) {
      inPage = placeOf(target);
      inFront = null;
    } else inFront = placeOf(target);
  });
  const observer = new MutationObserver(() => {
    if (!due && isLost()) soon();
  });
  observer.observe(document.body, {
    childList: true,
    subtree: true,
    attributeFilter: ['disabled', 'hidden'],
  });
}

/** After the frame in which react-aria gives the focus back, where it can. */
function soon(): void {
  due = true;
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      due = false;
      // What lost it may be back by now, as a button that was disabled for a moment, and has it no more.
      if (isNowhere()) giveBack();
    }),
  );
}

function isNowhere(): boolean {
  const { activeElement } = document;
  return activeElement === null || activeElement === document.body || activeElement.matches(':disabled');
}

/** Where the user takes it away, by a click beside everything, what had it is still there. */
function isLost(): boolean {
  if (!isNowhere()) return false;
  const last = inFront ?? inPage;
  return last !== null && (!last.element.isConnected || !canFocus(last.element));
}

function giveBack(): void {
  // A dialog that is still open keeps the focus in it.
  if (inFront !== null && document.querySelector(IN_FRONT) !== null && tryNear(inFront, true)) return;
  inFront = null;
  if (inPage === null) return;
  if (inPage.element.isConnected && canFocus(inPage.element)) focus(inPage.element);
  else tryNear(inPage, false);
}

function placeOf(element: Element): Place {
  const way: { parent: Element; at: number }[] = [];
  for (let child = element; child.parentElement !== null; child = child.parentElement) {
    const parent = child.parentElement;
    way.push({ parent, at: [...parent.children].indexOf(child) });
  }
  return { element, way };
}

/** @param within only inside of what stands in front */
function tryNear({ way }: Place, within: boolean): boolean {
  for (const { parent, at } of way) {
    if (!parent.isConnected || (within && parent.closest(IN_FRONT) === null)) continue;
    const children = [...parent.children];
    // What moved up into its place, what follows, then what was before it.
    for (const child of [...children.slice(at), ...children.slice(0, at).reverse()]) {
      const found = child.matches(FOCUSABLE) && canFocus(child) ? child : firstFocusable(child);
      if (found === null) continue;
      focus(found);
      return true;
    }
  }
  return false;
}

function firstFocusable(within: Element): Element | null {
  return [...within.querySelectorAll(FOCUSABLE)].find(canFocus) ?? null;
}

function canFocus(element: Element): boolean {
  return !element.matches(':disabled') && element.checkVisibility({ visibilityProperty: true });
}

function focus(element: Element): void {
  if (element instanceof HTMLElement) element.focus({ preventScroll: true });
}
