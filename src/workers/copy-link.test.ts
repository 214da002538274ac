import { lstatSync, mkdtempSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { HeddleError } from '../common/model/errors';
import type { LinkType } from '../files/windows-calls';
import { makeLink, type LinkCalls } from './copy-link';

function windows(
  type: LinkType,
  code: string | null = null,
): LinkCalls & { readonly symlink: ReturnType<typeof vi.fn> } {
  const symlink = vi.fn(() => {
    if (code !== null) throw Object.assign(new Error(code), { code });
  });
  return { isWindows: true, windows: { linkType: () => type }, symlink };
}

test.each(['file', 'dir', 'junction'] as const)('of Windows, a link of the type %s stays one', (type) => {
  const calls = windows(type);
  makeLink(Buffer.from('..\\ä'), 'C:/t/temp', 'C:/s/link', 'C:/t/link', calls);
  expect(calls.symlink).toHaveBeenCalledExactlyOnceWith('..\\ä', 'C:/t/temp', type);
});

test.each([
  ['EPERM', true, 'links-not-allowed', /Developer Mode/u],
  ['EISDIR', true, 'links-unsupported', /file system has no symbolic links/u],
  ['EINVAL', true, 'links-unsupported', /--links follow/u],
  ['UNKNOWN', true, 'links-unsupported', /C:\/t\/link/u],
  ['EPERM', false, 'links-unsupported', /--links skip/u],
  ['ENOSPC', false, 'ENOSPC', /ENOSPC/u],
])('%s is told for what it is', (code, isWindows, told, message) => {
  const calls = { ...windows('file', code), isWindows };
  try {
    makeLink(Buffer.from('x'), 'C:/t/temp', 'C:/s/link', 'C:/t/link', calls);
    expect.unreachable();
  } catch (error) {
    expect((error as HeddleError).code).toBe(told);
    expect((error as HeddleError).message).toMatch(message);
  }
});

test.runIf(process.platform !== 'win32')('elsewhere the text of a link is bytes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-link-'));
  try {
    const path = join(folder, 'l');
    makeLink(Buffer.from('caf\xe9', 'latin1'), path, path, path);
    expect(readlinkSync(path, 'latin1')).toBe('caf\xe9');
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
