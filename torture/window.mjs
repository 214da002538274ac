/** The same work in the window: made there, paused, resumed, cancelled, resized, and killed. */
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { openApp } from '../scripts/lib/app-window.mjs';

/**
 * @param {readonly object[]} works see works.mjs
 * @param hindered whether something keeps the data folder from being used, so that the app may say so and end
 */
export async function playInWindow(data, works, { actions, kill, hindered }, random, log) {
  const told = { wrong: [], killed: false };
  const open = async () => {
    try {
      return await openApp(process.env.HEDDLE_ELECTRON, data);
    } catch (error) {
      log(`does not open: ${error.message.split('\n')[0]}`);
      if (!hindered) told.wrong.push({ what: 'crash', says: `the window does not open: ${error.message}` });
      return null;
    }
  };
  let app = await open();
  const jobs = [];
  if (app === null) return told;
  for (const { request, mode, workers } of works) {
    if (request === null) continue;
    try {
      jobs.push((await app.request('jobs:create', { ...request, mode, workers })).id);
    } catch (error) {
      // Of a database that another program holds, or a folder that is gone: it is made in the terminal later.
      log(`no job: ${error.message.split('\n')[0]}`);
    }
  }
  const does = {
    pause: (id) => app.request('jobs:pause', { jobId: id }),
    resume: (id) => app.request('jobs:resume', { jobId: id }),
    cancel: (id) => app.request('jobs:cancel', { jobId: id }),
    retry: (id) => app.request('jobs:retry', { jobId: id }),
    resize: (id, { workers }) => app.request('jobs:resize', { jobId: id, workers }),
    restart: async () => {
      await killApp(app);
      told.killed = true;
      app = await open();
    },
  };
  for (const action of actions) {
    await delay(action.ms);
    const id = jobs[action.which % Math.max(1, jobs.length)];
    if (id === undefined || app === null) break;
    try {
      await does[action.does](id, action);
      log(`${action.does} ${id}`);
    } catch (error) {
      // Of a job that has ended, or that runs: told as such, in a sentence.
      log(`${action.does} ${id}: ${error.message.split('\n')[0]}`);
      if (/SQLITE_|undefined|is not a function|\[object/.test(error.message))
        told.wrong.push({ what: 'words', says: `the window said: ${error.message}` });
    }
  }
  if (app === null) return told;
  if (kill) {
    await delay(random.spread(5, 1500));
    await killApp(app);
    told.killed = true;
  } else await app.electron.close();
  return told;
}

/** The process that answers everything; what it started goes with it. */
async function killApp({ electron }) {
  const main = electron.process();
  const ended = once(main, 'exit');
  main.kill('SIGKILL');
  await ended;
}
