/** The page "How threads work here": in short, a job of the user's own, what threads cost, and what they are for. */
import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import { expectAccessible } from './accessible';
import { answerDialogs, ended, makeTree, openPage, test } from './app';

const FILES = 60;

const player = (window: Page) => window.getByRole('group', { name: 'The job, step by step' });

test('a job of the user’s own is shown step by step, by keyboard too', async ({
  app: { electron, window, complaints },
  folder,
}) => {
  await openPage(window, 'How threads work');
  const short = window.getByRole('region', { name: 'In short', exact: true });
  await expect(short.getByRole('list').first().getByRole('listitem')).toHaveCount(4);
  await expect(short).toContainText('When a job of yours has run');
  await short.getByRole('button', { name: 'Hash a folder' }).click();

  // The job, with the dialog that was opened for it.
  const source = join(folder, 'lisbon');
  makeTree(source, FILES);
  const dialog = window.getByRole('dialog');
  await answerDialogs(electron, [source]);
  await dialog.getByRole('button', { name: /folder/iu }).click();
  await dialog.getByRole('button', { name: 'Hash', exact: true }).click();
  await ended(window, `${FILES} of ${FILES}`);

  await openPage(window, 'How threads work');
  await expect(short.getByRole('heading', { level: 3 })).toHaveText('Your job “lisbon”, step by step');
  const slider = player(window).getByRole('slider');
  await expect(slider).toHaveAttribute('aria-valuetext', /^Step 0 of \d+, before the first task$/u);
  await expect(player(window)).toContainText(`Queue · ${FILES} waiting`);
  await expect(player(window).getByText('Done · 0', { exact: true })).toBeVisible();

  const forward = player(window).getByRole('button', { name: 'Step forward' });
  const back = player(window).getByRole('button', { name: 'Step back' });
  await expect(back).toBeDisabled();
  await forward.focus();
  await window.keyboard.press('Enter');
  await expect(slider).toHaveValue('1');
  const first = player(window).getByRole('list', { name: 'Threads' }).getByRole('listitem');
  await expect(first.filter({ hasText: /hashing .*file-\d+\.bin/u })).toHaveCount(1);
  await expect(player(window)).toContainText(`Queue · ${FILES - 1} waiting`);
  await expect(player(window)).toContainText(`0 ms after the first task began: ${FILES - 1} waiting`, {
    ignoreCase: true,
  });

  // Arrows go by steps, and End goes to the end.
  await slider.focus();
  await window.keyboard.press('ArrowRight');
  await expect(slider).toHaveValue('2');
  await window.keyboard.press('End');
  await expect(player(window).getByText(`Done · ${FILES}`, { exact: true })).toBeVisible();
  await expect(first.filter({ hasText: 'idle' })).toHaveCount(await first.count());
  await expect(forward).toBeDisabled();
  await back.focus();
  await window.keyboard.press('Space');
  await expect(player(window).getByText(`Done · ${FILES}`, { exact: true })).toBeHidden();

  // Played, it goes on by itself, until it is told to stop.
  await window.keyboard.press('Tab');
  await slider.focus();
  await window.keyboard.press('Home');
  await player(window)
    .getByRole('button', { name: /^Play at .+ its speed$/u })
    .click();
  await expect.poll(() => slider.inputValue().then(Number)).toBeGreaterThan(3);
  await player(window).getByRole('button', { name: 'Pause' }).click();
  const stopped = await slider.inputValue();
  await expectAccessible(window);
  await expect(slider).toHaveValue(stopped);

  // Who wants less motion gets the steps alone.
  await window.emulateMedia({ reducedMotion: 'reduce' });
  await expect(player(window).getByRole('button', { name: /^Play/u })).toHaveCount(0);
  await expect(forward).toBeVisible();
  expect(complaints).toEqual([]);
});

test('what threads cost is measured here, and the code of both ways is shown', async ({
  app: { window, complaints },
}) => {
  await openPage(window, 'How threads work');
  const costs = window.getByRole('region', { name: 'A thread by hand, or a pool with an executor' });
  await expect(costs.getByRole('rowheader')).toHaveText([
    'Creation',
    'Reuse',
    'Management',
    'Scalability',
    'Simplicity',
  ]);
  const show = costs.getByRole('button', { name: 'Show the code by hand' });
  await show.click();
  await expect(costs.getByLabel('Code', { exact: true })).toContainText('new Worker(script, { workerData })');
  await costs.getByRole('button', { name: 'Show the code with an executor' }).click();
  await expect(costs.getByLabel('Code', { exact: true })).toContainText('executor.submit(');
  await expectAccessible(window);

  await costs.getByRole('button', { name: /^Measure it here/u }).click();
  await expect(window.getByRole('button', { name: 'Run all on this machine' })).toBeDisabled();
  // The first measurement has answered, from a process of its own; 300 threads at once would take a test too long.
  await expect(costs.getByText(/^Measurement 2 of \d+ at most/u)).toBeVisible({ timeout: 60_000 });
  await costs.getByRole('button', { name: 'Cancel measuring threads' }).click();
  await expect(costs.getByRole('button', { name: /^Measure it here/u })).toBeEnabled();
  await expect(costs.getByRole('alert')).toHaveCount(0);
  expect(complaints).toEqual([]);
});

test('what threads are for, and what not: each button has the work ready to start', async ({
  app: { window },
}) => {
  const setup = window.getByRole('region', { name: 'What is compared' });
  for (const { use, button, work, tasks } of [
    { use: 'Network calls', button: 'Try 200 calls', work: 'Calls to a slow server', tasks: '200' },
    { use: 'Reading and writing files', button: 'Try small files', work: 'Many small files', tasks: '' },
    { use: 'Serving many clients', button: 'Serve and load it', work: 'Serving many clients', tasks: '' },
    {
      use: 'Not for computing beyond the cores',
      button: 'Try more threads than cores',
      work: 'Computing',
      tasks: '',
    },
  ]) {
    await openPage(window, 'How threads work');
    await window.getByRole('article', { name: use }).getByRole('button', { name: button }).click();
    await expect(setup.getByRole('combobox', { name: 'Work' }).locator('option:checked')).toHaveText(work);
    await expect(setup.getByLabel('Tasks', { exact: true })).toHaveValue(tasks);
    await expect(window.getByRole('button', { name: 'Run', exact: true })).toBeEnabled();
  }
  await openPage(window, 'How threads work');
  await window
    .getByRole('article', { name: /^Reading/u })
    .getByRole('button', { name: 'Hash a folder' })
    .click();
  await expect(window.getByRole('dialog')).toBeVisible();
  await expect(window.getByRole('heading', { level: 1 })).toHaveText('Hash');
});
