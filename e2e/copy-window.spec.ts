/** Copying in the window: stages, what exists, dry runs, mirrors. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Locator, type Page } from '@playwright/test';
import { expectAccessible } from './accessible';
import { answerDialogs, openPage, read, test, type App } from './app';

function filters(window: Page): Locator {
  return window.getByRole('group', { name: 'Show tasks' });
}

function rows(window: Page): Locator {
  return window.getByRole('grid', { name: 'Tasks' }).locator('[role=row][id]');
}

async function openCopy({ electron, window }: App, source: string, target: string): Promise<Locator> {
  await openPage(window, 'Copy');
  await window.getByRole('button', { name: 'New copy', exact: true }).click();
  const dialog = window.getByRole('dialog');
  await answerDialogs(electron, [source]);
  await dialog
    .getByRole('button', { name: /folder/iu })
    .first()
    .click();
  await dialog.getByRole('textbox', { name: 'To' }).fill(target);
  return dialog;
}

/** A source, and a target that holds it in parts: one file the same, one another, one that is not at the source. */
function makeBoth(folder: string): { source: string; into: string; copy: string } {
  const source = join(folder, 'source');
  const into = join(folder, 'target');
  const copy = join(into, 'source');
  mkdirSync(source);
  mkdirSync(copy, { recursive: true });
  for (const name of ['new-1.txt', 'new-2.txt', 'differs.txt', 'same.txt'])
    writeFileSync(join(source, name), `content of ${name}`);
  writeFileSync(join(copy, 'differs.txt'), 'what is mine');
  writeFileSync(join(copy, 'extra.txt'), 'nowhere else');
  return { source, into, copy };
}

test('a copy is seen in three stages, is verified, and says how it went', async ({ app, folder }) => {
  const { window, complaints } = app;
  const source = join(folder, 'source');
  mkdirSync(source);
  const block = randomBytes(2 ** 20);
  for (const name of ['a.bin', 'b.bin'])
    writeFileSync(join(source, name), Buffer.concat(Array.from({ length: 256 }, () => block)));
  const dialog = await openCopy(app, source, join(folder, 'copy'));
  await expect(dialog.getByRole('checkbox', { name: /^Verify after copying/u })).toBeChecked();
  await dialog.getByText('Which files:').click();
  await expectAccessible(window);

  // What each bar says, whenever it says something else.
  await window.evaluate(() => {
    const told = new Set<string>();
    (globalThis as unknown as { told: Set<string> }).told = told;
    new MutationObserver(() => {
      for (const bar of document.querySelectorAll('[role=grid] [role=img]'))
        told.add(bar.getAttribute('aria-label') ?? '');
    }).observe(document.body, { subtree: true, childList: true, attributes: true });
  });
  await dialog.getByRole('button', { name: 'Copy', exact: true }).click();
  await expect(filters(window).getByRole('button', { name: 'New 2' })).toBeVisible({ timeout: 30_000 });
  await expect(window.getByText('3 items: 2 new, 1 folder.')).toBeVisible();
  const told = await window.evaluate(() => [...(globalThis as unknown as { told: Set<string> }).told]);
  const stages = told.map((text) => text.match(/\d+/gu)?.map(Number) ?? []);
  expect(stages.length).toBeGreaterThan(0);
  for (const [index, stage] of stages.entries()) {
    expect(told[index]).toMatch(/^Read \d+ %, written \d+ %, on the device \d+ %$/u);
    expect(stage[0]).toBeGreaterThanOrEqual(stage[1] ?? Infinity);
    expect(stage[1]).toBeGreaterThanOrEqual(stage[2] ?? Infinity);
  }
  // Written is not yet on the device.
  expect(stages.some(([, written = 0, device = 0]) => written > device)).toBe(true);

  await rows(window).filter({ hasText: 'a.bin' }).click();
  const detail = window.getByRole('region', { name: 'Task a.bin' });
  await expect(detail).toContainText('Method');
  await expect(detail).toContainText(/On the deviceafter /u);
  await expect(detail).toContainText(/Verifiedread back in /u);
  await expectAccessible(window);
  expect(read(join(folder, 'copy/source/a.bin')).equals(read(join(source, 'a.bin')))).toBe(true);
  expect(complaints).toEqual([]);
});

test('what exists is asked for once, at the end', async ({ app, folder }) => {
  const { window, complaints } = app;
  const { source, into, copy } = makeBoth(folder);
  writeFileSync(join(copy, 'new-2.txt'), 'what is mine, too');
  const dialog = await openCopy(app, source, into);
  await dialog.getByRole('button', { name: 'Copy', exact: true }).click();

  const question = window.getByRole('region', { name: 'Files that exist' });
  await expect(question).toContainText('2 targets already exist and differ.');
  expect(readFileSync(join(copy, 'differs.txt'), 'utf8')).toBe('what is mine');
  await filters(window).getByRole('button', { name: 'Failed 2' }).click();
  await expect(rows(window)).toHaveCount(2);
  await expectAccessible(window);

  await question.getByRole('button', { name: /^Keep both/u }).focus();
  await window.keyboard.press('Enter');
  await expect(question).toBeHidden();
  await filters(window).getByRole('button', { name: 'Numbered 2' }).click();
  await expect(rows(window)).toHaveCount(2);
  expect(readFileSync(join(copy, 'differs.txt'), 'utf8')).toBe('what is mine');
  expect(readFileSync(join(copy, 'new-2.txt'), 'utf8')).toBe('what is mine, too');
  const added = readdirSync(copy).filter((name) => /^(?:differs|new-2).*\d.*\.txt$/u.test(name));
  expect(added.map((name) => readFileSync(join(copy, name), 'utf8'))).toContain('content of differs.txt');
  expect(complaints).toEqual([]);
});

test('a dry run says what would happen and writes nothing; clashes are named', async ({ app, folder }) => {
  const { window, complaints } = app;
  const { source, into, copy } = makeBoth(folder);
  // A path that the system takes at the source and not below the target, which lies deeper.
  const deep = join(source, ...Array.from({ length: 15 }, () => 'd'.repeat(240)));
  const far = join(into, 't'.repeat(200));
  mkdirSync(deep, { recursive: true });
  mkdirSync(far);
  const tooLong = 'n'.repeat(Math.min(250, 4090 - deep.length));
  writeFileSync(join(deep, tooLong), 'far down');

  const toCopy = await openCopy(app, source, far);
  await toCopy.getByRole('button', { name: 'Show what would happen' }).click();
  await expect(
    window.getByText('Dry run, nothing was written. 6 items: 4 would be copied, 1 clash, 1 folder.'),
  ).toBeVisible();
  await filters(window).getByRole('button', { name: 'Clash 1' }).click();
  await expect(rows(window)).toHaveCount(1);
  // Nothing was written, so nothing has a speed.
  await expect(window.getByRole('columnheader', { name: 'Size' })).toBeVisible();
  await expect(window.getByRole('columnheader', { name: 'Speed' })).toBeHidden();
  const foot = window.getByRole('list', { name: 'Worker threads' });
  await expect(foot).toContainText(/\d+ tasks?/u);
  await expect(foot).not.toContainText(/\d (?:B|kB)\b/u);
  await rows(window).click();
  await expect(window.getByRole('region', { name: /^Task d/u })).toContainText('the system takes 4095');
  await expectAccessible(window);
  expect(readdirSync(far)).toEqual([]);

  const toReplace = await openCopy(app, join(source, 'differs.txt'), join(copy, 'differs.txt'));
  await toReplace.getByRole('combobox', { name: 'If the target differs' }).selectOption('Overwrite');
  await toReplace.getByRole('button', { name: 'Show what would happen' }).click();
  await expect(window.getByText('Dry run, nothing was written. 1 item: 1 would be replaced.')).toBeVisible();
  await expect(rows(window)).toContainText('Would replace');
  expect(readFileSync(join(copy, 'differs.txt'), 'utf8')).toBe('what is mine');
  await window.getByRole('button', { name: 'Copy now' }).click();
  await expect(window.getByText('1 item: 1 replaced.', { exact: true })).toBeVisible();
  expect(readFileSync(join(copy, 'differs.txt'), 'utf8')).toBe('content of differs.txt');
  expect(complaints).toEqual([]);
});

test('digests that were computed on the way are saved as a manifest, without waiting for the device', async ({
  app,
  folder,
}) => {
  const { electron, window, complaints } = app;
  const { source } = makeBoth(folder);
  const target = join(folder, 'copy');
  const dialog = await openCopy(app, source, target);
  await dialog.getByRole('checkbox', { name: /^Verify after copying/u }).uncheck();
  await dialog.getByRole('checkbox', { name: /^Flush each copy/u }).uncheck();
  await dialog.getByRole('checkbox', { name: /^Compute SHA-256/u }).check();
  // A dry run has none to save; the copy that comes of it does.
  await dialog.getByRole('button', { name: 'Show what would happen' }).click();
  await expect(window.getByText(/^Dry run, nothing was written\. 5 items/u)).toBeVisible();
  await expect(window.getByRole('button', { name: 'Save manifest' })).toBeHidden();
  await window.getByRole('button', { name: 'Copy now' }).click();
  await expect(window.getByText('5 items: 4 new, 1 folder.', { exact: true })).toBeVisible();
  await rows(window).first().click();
  await expect(window.getByRole('region', { name: /^Task /u })).toContainText(/On the devicenot waited for/u);

  const manifest = join(folder, 'SUMS');
  await answerDialogs(electron, [manifest]);
  await window.getByRole('button', { name: 'Save manifest' }).click();
  await window.getByRole('menuitem', { name: /^GNU/u }).click();
  await expect.poll(() => existsSync(manifest)).toBe(true);
  execFileSync('sha256sum', ['-c', '--strict', manifest], { cwd: folder });
  expect(readFileSync(manifest, 'utf8').trim().split('\n')).toHaveLength(4);
  expect(complaints).toEqual([]);
});

test('a mirror shows what it would delete before it can be started', async ({ app, folder }) => {
  const { window, complaints } = app;
  const { source, into, copy } = makeBoth(folder);
  const dialog = await openCopy(app, source, into);
  await dialog.getByRole('combobox', { name: 'If the target differs' }).selectOption('Overwrite');
  await dialog.getByRole('checkbox', { name: /^Mirror/u }).check();
  await expect(dialog.getByRole('button', { name: 'Copy', exact: true })).toBeHidden();
  await dialog.getByRole('button', { name: 'Show what would happen' }).click();

  await filters(window).getByRole('button', { name: 'Would delete 1' }).click();
  await expect(rows(window)).toHaveCount(1);
  await expect(rows(window)).toContainText('extra.txt');
  await expectAccessible(window);
  expect(existsSync(join(copy, 'extra.txt'))).toBe(true);
  expect(existsSync(join(copy, 'new-1.txt'))).toBe(false);

  await window.getByRole('button', { name: 'Copy and delete 1' }).click();
  await expect(
    window.getByText('6 items: 3 new, 1 replaced, 1 deleted, 1 folder.', { exact: true }),
  ).toBeVisible();
  expect(readdirSync(copy).sort()).toEqual(['differs.txt', 'new-1.txt', 'new-2.txt', 'same.txt']);
  // An ended copy offers no way to delete.
  await expect(window.getByRole('button', { name: /delete/u })).toBeHidden();
  expect(complaints).toEqual([]);
});

test('where things go is asked, and seen before anything starts', async ({ app, folder }) => {
  const { window, complaints } = app;
  const { source, into } = makeBoth(folder);
  const dialog = await openCopy(app, source, into);
  const first = dialog.getByRole('status');
  const from = join(source, 'differs.txt');
  await expect(first).toHaveText(`First file: ${from} → ${join(into, 'source/differs.txt')}`);
  await dialog.getByRole('radio', { name: 'Its contents' }).check({ force: true });
  await expect(first).toHaveText(`First file: ${from} → ${join(into, 'differs.txt')}`);
  // What cannot be is seen, too.
  await dialog.getByRole('textbox', { name: 'To' }).fill(join(source, 'sub'));
  await expect(first).toContainText('cannot be copied into itself');
  await dialog.getByRole('textbox', { name: 'To' }).fill(into);
  await expectAccessible(window);
  await dialog.getByRole('checkbox', { name: /^Compare existing files/u }).check();
  await dialog.getByRole('button', { name: 'Copy', exact: true }).click();
  await expect(window.getByText('5 items: 4 new, 1 folder.', { exact: true })).toBeVisible();
  expect(readFileSync(join(into, 'differs.txt'), 'utf8')).toBe('content of differs.txt');
  expect(complaints).toEqual([]);
});
