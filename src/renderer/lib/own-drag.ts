/** Whether something of the window itself is being dragged, a job in its list say: nothing comes in from outside then. */
let dragging = false;

export function isOwnDrag(): boolean {
  return dragging;
}

/** @returns what ends the watching */
export function watchOwnDrags(): () => void {
  const start = (): void => {
    dragging = true;
  };
  const end = (): void => {
    dragging = false;
  };
  window.addEventListener('dragstart', start);
  window.addEventListener('dragend', end);
  return () => {
    window.removeEventListener('dragstart', start);
    window.removeEventListener('dragend', end);
  };
}
