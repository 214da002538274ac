/** Files, links and text that come in from outside: it is asked what they are for, and nothing starts by itself. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from '@playwright/test';
import { expectAccessible } from './accessible';
import { openPage, test } from './app';

/** Starts the app once more, for the same data. @returns its exit code */
async function startAgain(dataDirectory: string, directory: string, ...args: string[]): Promise<number> {
  const rootFlags = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const second = spawn(
    process.env['HEDDLE_ELECTRON'] ?? '',
    [resolve(__dirname, '..'), ...rootFlags, `--data-dir=${dataDirectory}`, ...args],
    { cwd: directory, stdio: 'ignore' },
  );
  const [code] = (await once(second, 'exit')) as [number];
  return code;
}

test('a second start hands over files and links, which are asked about', async ({ app, folder }) => {
  const { window, complaints } = app;
  writeFileSync(join(folder, 'SHA256SUMS'), '');
  mkdirSync(join(folder, 'music'));
  const data = join(folder, 'data');
  const jobs = window.getByRole('region', { name: 'Jobs' });

  expect(await startAgain(data, folder, 'SHA256SUMS')).toBe(0);
  const choose = window.getByRole('dialog', { name: 'What do you want to do with “SHA256SUMS”?' });
  await expect(choose.getByText(join(folder, 'SHA256SUMS'))).toBeVisible();
  await expect(choose.getByRole('button', { name: /^Verify/u })).toBeFocused();
  await expectAccessible(window);
  // What comes meanwhile waits.
  expect(await startAgain(data, folder, '--', 'music')).toBe(0);
  await window.keyboard.press('Enter');
  const verify = window.getByRole('dialog', { name: 'New verification' });
  await expect(verify.getByRole('textbox', { name: 'Manifest' })).toHaveValue(join(folder, 'SHA256SUMS'));
  await window.keyboard.press('Escape');
  const music = window.getByRole('dialog', { name: 'What do you want to do with “music”?' });
  await music.getByRole('button', { name: /^Find duplicates/u }).click();
  const hash = window.getByRole('dialog', { name: 'New hash' });
  await expect(hash.getByRole('radio', { name: 'Duplicates' })).toBeChecked();
  await expect(hash.getByText(join(folder, 'music'))).toBeVisible();
  await window.keyboard.press('Escape');

  const link = `heddle:download?url=${encodeURIComponent('http://127.0.0.1:9/a.zip')}&name=b.zip&checksum=sha256:${'ab'.repeat(32)}`;
  await startAgain(data, folder, link);
  const asked = window.getByRole('dialog', { name: 'Download from a link?' });
  await expect(asked.getByText('http://127.0.0.1:9/a.zip')).toBeVisible();
  await expect(asked.getByText('Save as: b.zip')).toBeVisible();
  await expect(asked.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await expectAccessible(window);
  await asked.getByRole('button', { name: 'Continue…' }).click();
  const download = window.getByRole('dialog', { name: 'New download' });
  await expect(download.getByText(/^First file: .*b\.zip$/u)).toBeVisible();
  await window.keyboard.press('Escape');

  await startAgain(data, folder, 'heddle:download?url=file:///etc/passwd', 'nothing-there.sha256');
  await expect(window.getByText('A link was not opened: “file:///etc/passwd” is not an http')).toBeVisible();
  await expect(window.getByText(/nothing-there\.sha256 cannot be opened: no such file/u)).toBeVisible();
  // Nothing has been started by any of it.
  await expect(jobs).toHaveCount(0);
  expect(complaints).toEqual([]);
});

test('text is pasted and dropped on every page, and on the links of the sidebar', async ({ app, folder }) => {
  const { electron, window } = app;
  mkdirSync(join(folder, 'music'));
  const paste = async (text: string): Promise<void> => {
    await electron.evaluate(async ({ clipboard }, copied) => {
      await clipboard.writeText(copied);
    }, text);
    await window.keyboard.press('Control+v');
  };
  const addresses = window.getByRole('dialog', { name: 'New download' }).getByLabel(/^Addresses/u);
  await openPage(window, 'Settings');
  await paste('see http://example.org/one.zip');
  await expect(addresses).toHaveValue(/one\.zip/u);
  await window.keyboard.press('Escape');

  await openPage(window, 'History');
  await paste(join(folder, 'music'));
  await expect(window.getByRole('dialog', { name: 'What do you want to do with “music”?' })).toBeVisible();
  await window.keyboard.press('Escape');
  await openPage(window, 'Copy');
  await paste(join(folder, 'music'));
  await expect(
    window.getByRole('dialog', { name: 'New copy' }).getByText(join(folder, 'music')),
  ).toBeVisible();
  await window.keyboard.press('Escape');

  await openPage(window, 'How threads work');
  const drop = (selector: string, text: string): Promise<boolean> =>
    window.evaluate(
      ([where, dropped]) => {
        const data = new DataTransfer();
        data.setData('text/plain', dropped);
        const event = new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true });
        return document.querySelector(where)?.dispatchEvent(event) ?? true;
      },
      [selector, text] as const,
    );
  expect(await drop('main h1', 'http://example.org/two.zip')).toBe(false);
  await expect(addresses).toHaveValue(/two\.zip/u);
  await window.keyboard.press('Escape');
  await openPage(window, 'Hash');
  expect(await drop('[data-page="download"]', 'http://example.org/three.zip')).toBe(false);
  await expect(addresses).toHaveValue(/three\.zip/u);
});
