/** A child process that has the data folder named as its first argument open until it is killed. */
import { openStores } from '../store/open-stores';

const stores = openStores(process.argv[2] ?? '');
stores.settings.set({ theme: 'dark' });
process.send?.('open');
// Keeps the process alive.
process.on('message', () => undefined);
