// Loaded into a process that is measured (`node --import`): SIGUSR2 has it print how late its event loop was since the
// last time, and its memory, as a line of JSON on standard error.
import { monitorEventLoopDelay } from 'node:perf_hooks';

const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
process.on('SIGUSR2', () => {
  const ms = (nanoseconds) => nanoseconds / 1e6;
  const figures = {
    p50: ms(delay.percentile(50)),
    p99: ms(delay.percentile(99)),
    most: ms(delay.max),
    rss: process.memoryUsage.rss(),
    heap: process.memoryUsage().heapUsed + process.memoryUsage().external,
  };
  delay.reset();
  process.stderr.write(`${JSON.stringify({ figures })}\n`);
});
