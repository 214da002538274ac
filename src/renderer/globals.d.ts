import type { HeddleBridge } from '../common/ipc';

declare global {
  interface Window {
    /** Put there by the preload. */
    readonly heddle: HeddleBridge;
  }
}
