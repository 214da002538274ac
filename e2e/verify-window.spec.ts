/** Verifying, comparing and finding duplicates in the window. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, type Locator, type Page } from '@playwright/test';
import { expectAccessible } from './accessible';
import { answerDialogs, openPage, test } from './app';

function filters(window: Page): Locator {
  return window.getByRole('group', { name: 'Show tasks' });
}

/** What the list shows: the text of each row but the head. */
function rows(window: Page): Locator {
  return window.getByRole('grid', { name: 'Tasks' }).locator('[role=row][id]');
}

async function openNew(window: Page, page: string, button: string): Promise<Locator> {
  await openPage(window, page);
  await window.getByRole('button', { name: button, exact: true }).click();
  return window.getByRole('dialog');
}

function writeFiles(folder: string, names: readonly string[]): void {
  mkdirSync(folder, { recursive: true });
  for (const name of names) writeFileSync(join(folder, name), `content of ${name}`);
}

test('a manifest is verified: a filter for each outcome, the digests that differ', async ({
  app: { electron, window, complaints },
  folder,
}) => {
  const files = join(folder, 'files');
  const names = Array.from({ length: 40 }, (_, index) => `file-${String(index).padStart(2, '0')}.txt`);
  writeFiles(files, names);
  execFileSync('sh', ['-c', 'sha256sum *.txt > SHA256SUMS'], { cwd: files });
  writeFileSync(join(files, 'file-07.txt'), 'something else');
  writeFileSync(join(files, 'file-08.txt'), 'something else, too');
  rmSync(join(files, 'file-11.txt'));
  // With the direction of its text turned round it would pass for aexe.jpg.
  writeFileSync(join(files, 'a\u202egpj.exe'), 'added');

  const dialog = await openNew(window, 'Verify', 'New verification');
  await expect(dialog.getByRole('button', { name: 'Verify', exact: true })).toBeDisabled();
  await answerDialogs(electron, [join(files, 'SHA256SUMS')]);
  await dialog.getByRole('button', { name: 'Choose…' }).first().click();
  await expect(dialog.getByRole('textbox', { name: 'Manifest' })).toHaveValue(join(files, 'SHA256SUMS'));
  await dialog.getByRole('checkbox', { name: /^Strict/u }).check();
  await dialog.getByText('More', { exact: true }).click();
  await expectAccessible(window);
  await dialog.getByRole('button', { name: 'Verify', exact: true }).click();

  await expect(window.getByText('41 files: 37 ok, 2 changed, 1 missing, 1 extra.')).toBeVisible();
  const chips = filters(window).getByRole('button');
  await expect(chips).toHaveText(['All 41', 'OK 37', 'Changed 2', 'Missing 1', 'Extra 1']);

  // By keyboard: from the first filter to the second by Tab, chosen by the space bar.
  await chips.nth(1).focus();
  await window.keyboard.press('Tab');
  await window.keyboard.press('Space');
  await expect(chips.nth(2)).toHaveAttribute('aria-pressed', 'true');
  await expect(rows(window)).toHaveCount(2);
  await expect(rows(window).first()).toContainText('file-07.txt');
  await expect(rows(window).first()).toContainText('Changed');

  await rows(window).first().click();
  const detail = window.getByRole('region', { name: 'Task file-07.txt' });
  const listed = createHash('sha256').update('content of file-07.txt').digest('hex');
  const found = createHash('sha256').update('something else').digest('hex');
  await expect(detail).toContainText(`Listed SHA-256${listed}`);
  await expect(detail).toContainText(`Found SHA-256${found}`);
  await expectAccessible(window);

  for (const [name, file] of [
    ['Missing 1', 'file-11.txt'],
    ['Extra 1', 'a‹U+202E›gpj.exe'],
  ] as const) {
    await filters(window).getByRole('button', { name }).click();
    await expect(rows(window)).toHaveCount(1);
    await expect(rows(window)).toContainText(file);
  }
  // The search narrows what the filter shows.
  await filters(window).getByRole('button', { name: 'OK 37' }).click();
  await window.getByRole('searchbox').fill('file-0');
  await expect(rows(window)).toHaveCount(8);
  expect(complaints).toEqual([]);
});

test('two folders are compared: both sides of each file are seen', async ({
  app: { electron, window, complaints },
  folder,
}) => {
  const left = join(folder, 'left');
  const right = join(folder, 'right');
  writeFiles(left, ['a.txt', 'b.txt', 'c.txt', 'old-name.txt', 'gone.txt']);
  cpSync(left, right, { recursive: true });
  writeFileSync(join(right, 'b.txt'), 'Content of b.txt');
  rmSync(join(right, 'gone.txt'));
  mkdirSync(join(right, 'inside'));
  renameSync(join(right, 'old-name.txt'), join(right, 'inside', 'new-name.txt'));
  writeFileSync(join(right, 'only-here.txt'), 'a new one');

  const dialog = await openNew(window, 'Verify', 'New verification');
  await dialog.getByRole('radio', { name: 'Two folders' }).check();
  await dialog.getByRole('textbox', { name: 'Left' }).fill(left);
  await answerDialogs(electron, [right]);
  await dialog.getByRole('button', { name: 'Choose…' }).nth(1).click();
  await expectAccessible(window);
  await dialog.getByRole('button', { name: 'Compare', exact: true }).click();

  await expect(
    window.getByText('7 files: 2 the same, 1 different, 1 only left, 1 only right, 1 moved (two paths).'),
  ).toBeVisible();
  const chips = filters(window);
  const moved = chips.getByRole('button', { name: 'Moved 1' });
  await moved.click();
  await expect(rows(window)).toHaveCount(1);
  const cells = rows(window).getByRole('gridcell');
  await expect(cells.nth(0)).toHaveText('old-name.txt');
  await expect(cells.nth(1)).toHaveText('inside/new-name.txt');
  await expect(cells.nth(3)).toHaveText('Moved');

  await chips.getByRole('button', { name: 'Only left 1' }).click();
  await expect(cells.nth(0)).toHaveText('gone.txt');
  await expect(cells.nth(1)).toHaveText('—not there');
  await chips.getByRole('button', { name: 'Only right 1' }).click();
  await expect(cells.nth(0)).toHaveText('—not there');
  await expect(cells.nth(1)).toHaveText('only-here.txt');
  await chips.getByRole('button', { name: 'Different 1' }).click();
  await expect(cells.nth(0)).toHaveText('b.txt');
  await rows(window).click();
  const detail = window.getByRole('region', { name: 'Task b.txt' });
  await expect(detail).toContainText(join(left, 'b.txt'));
  await expect(detail).toContainText(join(right, 'b.txt'));
  await expectAccessible(window);
  expect(complaints).toEqual([]);
});

test('duplicates are found, shown in groups and exported; nothing is deleted', async ({
  app: { electron, window, complaints },
  folder,
}) => {
  const files = join(folder, 'files');
  mkdirSync(join(files, 'inner'), { recursive: true });
  const put = (name: string, content: string): void => {
    writeFileSync(join(files, name), content);
  };
  put('small-1', 'the same');
  put('small-2', 'the same');
  put('inner/small-3', 'the same');
  put('large-1', 'x'.repeat(200_000));
  put('inner/large-2', 'x'.repeat(200_000));
  put('almost', `${'x'.repeat(199_999)}y`);
  put('alone', 'nothing like it');
  linkSync(join(files, 'large-1'), join(files, 'large-1-link'));

  const dialog = await openNew(window, 'Hash', 'New hash');
  await dialog.getByRole('radio', { name: 'Duplicates' }).check();
  await expect(dialog.getByRole('group', { name: 'Algorithms' })).toBeHidden();
  await answerDialogs(electron, [files]);
  await dialog.getByRole('button', { name: /folder/iu }).click();
  await expectAccessible(window);
  await dialog.getByRole('button', { name: 'Find duplicates' }).click();

  await expect(
    window.getByText('200 KB reclaimable: 5 files in 2 groups with the same content.'),
  ).toBeVisible();
  const groups = window.getByRole('list', { name: 'Groups of identical files' });
  const first = groups.locator('> li').nth(0);
  await expect(first).toContainText('2 × 200 KB');
  await expect(first).toContainText(join(files, 'large-1'));
  await expect(first).toContainText(join(files, 'inner/large-2'));
  await expect(first).toContainText('hard link, counted once');
  await expect(groups.locator('> li').nth(1)).toContainText('3 × 8 B');
  await expectAccessible(window);

  const exported = join(folder, 'groups.jsonl');
  await answerDialogs(electron, [exported]);
  await window.getByRole('button', { name: 'Export the groups' }).click();
  await window.getByRole('menuitem', { name: 'As JSON Lines…' }).click();
  await expect.poll(() => existsSync(exported)).toBe(true);
  const lines = readFileSync(exported, 'utf8').trim().split('\n');
  expect(lines).toHaveLength(2);
  expect(lines[0]).toContain('inner/large-2');

  await window.getByRole('radio', { name: 'Files' }).check();
  await filters(window).getByRole('button', { name: 'Unique 2' }).click();
  await expect(rows(window)).toHaveCount(2);
  for (const name of ['small-1', 'small-2', 'inner/small-3', 'large-1', 'large-1-link', 'inner/large-2'])
    expect(existsSync(join(files, name))).toBe(true);
  expect(complaints).toEqual([]);
});

test('a hash with rules and two algorithms is saved as BSD, and formats that cannot hold it are not offered', async ({
  app: { electron, window, complaints },
  folder,
}) => {
  const files = join(folder, 'files');
  writeFiles(files, ['a.jpg', 'b.jpg', 'c.txt', '.hidden.jpg']);
  const dialog = await openNew(window, 'Hash', 'New hash');
  await answerDialogs(electron, [files]);
  await dialog.getByRole('button', { name: /folder/iu }).click();
  await dialog.getByRole('checkbox', { name: 'MD5' }).check();
  await dialog.getByText('Which files:').click();
  await dialog.getByRole('textbox', { name: /^Include/u }).fill('*.jpg');
  await dialog.getByRole('checkbox', { name: 'Include hidden files' }).uncheck();
  const size = dialog.getByRole('textbox', { name: 'up to' });
  await size.fill('much');
  await expect(dialog.getByRole('button', { name: 'Hash', exact: true })).toBeDisabled();
  await size.fill('10M');
  await expect(dialog.getByText('only *.jpg; no hidden files; up to 10M')).toBeVisible();
  await expectAccessible(window);
  await dialog.getByRole('button', { name: 'Hash', exact: true }).click();
  await expect(window.getByText('2 of 2')).toBeVisible();

  const manifest = join(files, 'CHECKSUMS');
  await answerDialogs(electron, [manifest]);
  await window.getByRole('button', { name: 'Save manifest' }).click();
  await expect(window.getByRole('menuitem')).toHaveText([/^BSD/u, /^hashdeep/u, /^JSON/u]);
  await window.getByRole('menuitem', { name: /^BSD/u }).click();
  await expect.poll(() => existsSync(manifest)).toBe(true);
  const text = readFileSync(manifest, 'utf8');
  expect(text.split('\n').sort().slice(-4)).toEqual([
    expect.stringMatching(/^MD5 \(a\.jpg\) = [0-9a-f]{32}$/u),
    expect.stringMatching(/^MD5 \(b\.jpg\) = /u),
    expect.stringMatching(/^SHA256 \(a\.jpg\) = [0-9a-f]{64}$/u),
    expect.stringMatching(/^SHA256 \(b\.jpg\) = /u),
  ]);
  expect(complaints).toEqual([]);
});
