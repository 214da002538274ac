/** Gives the page its bridge where no preload has. It comes before everything that looks at the bridge when it is loaded. */
import { browserBridge } from './bridge';

if (!('heddle' in window)) Object.defineProperty(window, 'heddle', { value: browserBridge() });
