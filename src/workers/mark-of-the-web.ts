/**
 * The system's mark that a file came from the internet, which browsers set: Windows and macOS ask before they open what
 * has it, and look at programs. Linux has none.
 */
import { randomUUID } from 'node:crypto';
import { shownUrl } from '../common/model/http-fields';
import type { FsPath } from '../common/model/paths';
import { attributeCalls, type AttributeCalls } from '../files/attribute-calls';

/** URLZONE_INTERNET */
const ZONE_INTERNET = 3;
/** kLSQuarantine: made by a program of the user's, and not yet looked at. */
const QUARANTINED = '0081';

export interface Marking {
  readonly platform: NodeJS.Platform;
  readonly calls: Pick<AttributeCalls, 'setAttribute'> | null;
  /** Seconds since the epoch. */
  readonly now: number;
}

/**
 * Marks a file that has its bytes. Where its file system cannot keep the mark (FAT), the file is as good without it.
 * @param url that it came from; logins in it are left out
 */
export function markOfTheWeb(
  path: FsPath,
  url: URL,
  { platform, calls, now }: Marking = {
    platform: process.platform,
    calls: attributeCalls(),
    now: Math.floor(Date.now() / 1000),
  },
): void {
  const mark = markOf(platform, url, now);
  if (mark === null) return;
  try {
    calls?.setAttribute(path, mark.name, Buffer.from(mark.value));
  } catch {
    // As the file system has it.
  }
}

function markOf(
  platform: NodeJS.Platform,
  url: URL,
  now: number,
): { readonly name: string; readonly value: string } | null {
  switch (platform) {
    case 'win32':
      return {
        name: 'Zone.Identifier',
        value: `[ZoneTransfer]\r\nZoneId=${ZONE_INTERNET}\r\nHostUrl=${shownUrl(url)}\r\n`,
      };
    case 'darwin':
      return {
        name: 'com.apple.quarantine',
        value: [QUARANTINED, now.toString(16), 'Heddle', randomUUID().toUpperCase()].join(';'),
      };
    default:
      return null;
  }
}
