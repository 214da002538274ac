/** A process for tests to kill: it starts an experiment, and says so once a run of it is stored. */
import { Engine, Threads } from '../index';
import type { ExperimentRequest } from '../../common/experiments/experiment';

const [dataDirectory = '', worker = '', request = ''] = process.argv.slice(2);

void (async () => {
  const engine = await Engine.open({ dataDirectory, threads: new Threads(worker) });
  engine.on('experiment-changed', ({ id, runs }) => {
    if (runs.length === 1) process.stdout.write(`${id}\n`);
  });
  await engine.experiments.start(JSON.parse(request) as ExperimentRequest);
})();
