/**
 * Takes from the page what Electron has no switch for: calls to other machines, and pickers of files, which would be the
 * page's own and not the app's dialogs. What keeps foreign scripts out is the policy that the pages come with; this leaves
 * less to one that got in nonetheless. Call it before anything else.
 */
export function hardenPage(): void {
  for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection', 'WebTransport'])
    Reflect.deleteProperty(globalThis, name);
  /* eslint-disable @typescript-eslint/unbound-method -- each is called with its own `this` */
  const { click } = HTMLElement.prototype;
  const { showPicker } = HTMLInputElement.prototype;
  const { dispatchEvent } = EventTarget.prototype;
  /* eslint-enable @typescript-eslint/unbound-method */
  const isFilePicker = (target: unknown): target is HTMLInputElement =>
    target instanceof HTMLInputElement && target.type === 'file';
  /** The field that a click on this activates. */
  const activatedBy = (target: unknown): unknown =>
    target instanceof HTMLLabelElement ? target.control : target;
  const refuse = (picker: HTMLInputElement): void => {
    dispatchEvent.call(picker, new Event('cancel'));
  };
  HTMLElement.prototype.click = function (): void {
    const target = activatedBy(this);
    if (isFilePicker(target)) refuse(target);
    else click.call(this);
  };
  HTMLInputElement.prototype.showPicker = function (): void {
    if (isFilePicker(this)) refuse(this);
    else showPicker.call(this);
  };
  EventTarget.prototype.dispatchEvent = function (event: Event): boolean {
    const target = activatedBy(this);
    if (event.type !== 'click' || !isFilePicker(target)) return dispatchEvent.call(this, event);
    refuse(target);
    return false;
  };
  // Those of the user, on a field that is in the page.
  addEventListener(
    'click',
    (event) => {
      const target = activatedBy(event.composedPath()[0]);
      if (!isFilePicker(target)) return;
      event.preventDefault();
      refuse(target);
    },
    { capture: true },
  );
}
