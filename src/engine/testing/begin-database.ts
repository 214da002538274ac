/** A child process that opens the data folder named as its first argument once it is told to, and says what came of it. */
import { openOrBegin } from '../store/set-aside';

process.once('message', () => {
  const { database, notice } = openOrBegin(process.argv[2] ?? '');
  database.close();
  process.send?.(notice?.message ?? 'no notice');
  process.disconnect();
});
process.send?.('ready');
