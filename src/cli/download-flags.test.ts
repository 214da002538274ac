import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { CHECK_ALGORITHMS } from '../common/model/digests';
import { EXISTING_POLICIES, LIST_FORMATS } from '../common/model/download';
import { DEFAULT_DOWNLOAD_OPTIONS, type DownloadOptions } from '../common/model/download-options';
import { filled } from '../common/model/filled';
import { addDownloadFlags, downloadOptions, type DownloadFlags } from './download-flags';

function makeCommand(): Command {
  return addDownloadFlags(new Command('download').argument('[urls...]'))
    .exitOverride()
    .configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
}

function parse(args: readonly string[]): DownloadFlags {
  const command = makeCommand();
  command.parse(args, { from: 'user' });
  return command.opts<DownloadFlags>();
}

interface Case {
  readonly args: readonly string[];
  readonly flags?: Partial<DownloadFlags>;
  readonly options?: Partial<DownloadOptions>;
  /** Values that it refuses. */
  readonly wrong?: readonly string[];
}

const counts = (most: number, least = 0): string[] => [
  `${least - 1}`,
  `${most + 1}`,
  '1.5',
  'many',
  '',
  ' ',
  'NaN',
];
const SECONDS = ['0', '-1', '86401', 'soon', '', 'Infinity'];
const SIZES = ['-1', '1X', 'K', '', '1 5', '1e3', '0x10', '99999T'];
const SHA256 = 'ab'.repeat(32);

const CASES: Readonly<Record<string, readonly Case[]>> = {
  // What is in such files: flag-file.test.ts.
  '--config': [{ args: ['-K', 'a', '--config', '-'], flags: { config: ['a', '-'] } }],
  '--input': [
    { args: ['-i', 'a', '--input', '-'], flags: { input: ['a', '-'] } },
    { args: [], flags: { input: [] } },
  ],
  '--dir': [
    { args: ['-d', 'there'], flags: { dir: 'there' } },
    { args: ['--dir', 'there'], flags: { dir: 'there' } },
    { args: [], flags: { dir: '.' } },
  ],
  '--format': [
    ...LIST_FORMATS.map((format) => ({ args: ['--format', format], flags: { format } })),
    { args: ['--format', 'csv'], wrong: ['xml', '', 'CSV '] },
  ],
  '--only-host': [
    {
      args: ['--only-host', 'a.example, b.example:80', '--only-host', '.c'],
      flags: { onlyHost: ['a.example', 'b.example:80', '.c'] },
    },
  ],
  '--only-ext': [{ args: ['--only-ext', 'jpg,'], flags: { onlyExt: ['jpg', ''] } }],
  '--skip-host': [{ args: ['--skip-host', 'a'], flags: { skipHost: ['a'] } }],
  '--exact': [{ args: ['--exact'], flags: { exact: true } }],
  '--skip-ext': [{ args: ['--skip-ext', 'tar.gz'], flags: { skipExt: ['tar.gz'] } }],
  '--out': [
    { args: ['-o', 'name'], flags: { out: 'name' } },
    { args: ['--out', 'name'], flags: { out: 'name' } },
  ],
  '--checksum': [
    {
      args: ['--checksum', `sha256=${SHA256}`],
      flags: { checksum: `sha256=${SHA256}` },
      wrong: [
        'sha256',
        'sha256=',
        'sha256=12',
        `crc=${SHA256}`,
        `sha256=${SHA256}0`,
        `sha256=${'x'.repeat(64)}`,
      ],
    },
  ],
  '--existing': [
    ...EXISTING_POLICIES.map((existing) => ({ args: ['--existing', existing], options: { existing } })),
    { args: ['--existing', 'skip'], options: { existing: 'skip' }, wrong: ['ask', '', 'Skip'] },
  ],
  '--algorithm': [
    ...CHECK_ALGORITHMS.map((name) => ({ args: ['-a', name], options: { digests: [name] } })),
    { args: ['-a', 'SHA-256', '--algorithm', 'md5'], options: { digests: ['sha256', 'md5'] } },
    { args: ['-a', 'md5'], options: { digests: ['md5'] }, wrong: ['crc', '', 'sha257'] },
    { args: [], options: { digests: [] } },
  ],
  '--manifest': [
    { args: ['--manifest', 'SUMS'], flags: { manifest: 'SUMS' }, options: { digests: ['sha256'] } },
    { args: ['--manifest', '-', '-a', 'md5', '-a', 'sha1'], options: { digests: ['md5', 'sha1'] } },
  ],
  '--dry-run': [{ args: ['--dry-run'], flags: { dryRun: true } }],
  '--null': [{ args: ['-0'], flags: { null: true } }],
  '--retry': [
    { args: ['--retry', '0'], options: { retries: 0 } },
    { args: ['--retry', '1000'], options: { retries: 1000 }, wrong: counts(1000) },
  ],
  '--retry-base': [
    { args: ['--retry-base', '250'], options: { retryBaseMs: 250 }, wrong: counts(3_600_000, 1) },
  ],
  '--retry-on': [
    {
      args: ['--retry-on', '403,5xx'],
      options: { retryOn: ['403', '5xx'] },
      wrong: ['', '403,', '3xx', '200', '600', '40', '5x', '403 5xx', '-403'],
    },
    { args: ['--retry-on', '404', '--retry-on', ' 4XX , 500'], options: { retryOn: ['404', '4xx', '500'] } },
  ],
  '--retry-non-idempotent': [{ args: ['--retry-non-idempotent'], options: { retryAll: true } }],
  '--connect-timeout': [
    { args: ['--connect-timeout', '2.5'], options: { connectMs: 2500 }, wrong: SECONDS },
    // Rounded to none it would be no time-out that the engine takes.
    { args: ['--connect-timeout', '0.0001'], options: { connectMs: 1 } },
  ],
  '--header-timeout': [{ args: ['--header-timeout', '3'], options: { headersMs: 3000 }, wrong: SECONDS }],
  '--stall-timeout': [{ args: ['--stall-timeout', '4'], options: { stallMs: 4000 }, wrong: SECONDS }],
  '--max-filesize': [
    { args: ['--max-filesize', '0'], options: { maxBytes: 0 }, wrong: SIZES },
    { args: ['--max-filesize', '1.5k'], options: { maxBytes: 1536 } },
    { args: ['--max-filesize', '5M'], options: { maxBytes: 5 * 1024 ** 2 } },
    { args: ['--max-filesize', '2GiB'], options: { maxBytes: 2 * 1024 ** 3 } },
    { args: ['--max-filesize', '1T'], options: { maxBytes: 1024 ** 4 } },
  ],
  '--keep-free': [{ args: ['--keep-free', '10K'], options: { keepFreeBytes: 10_240 }, wrong: SIZES }],
  '--connections': [
    { args: ['--connections', '256'], options: { connections: 256 } },
    { args: ['--connections', '1'], options: { connections: 1 }, wrong: counts(256, 1) },
  ],
  '--split': [
    { args: ['-s', '16'], options: { segments: 16 } },
    { args: ['--split', '1'], options: { segments: 1 }, wrong: counts(16, 1) },
  ],
  '--max-connection-per-server': [
    { args: ['--max-connection-per-server', '3'], options: { connectionsPerHost: 3 }, wrong: counts(256, 1) },
  ],
  '--limit-rate': [
    { args: ['--limit-rate', '500K'], options: { limitRate: 512_000 }, wrong: [...SIZES, '0', '0.5'] },
  ],
  '--header': [
    {
      args: ['-H', 'X-Key: a: b', '--header', 'Accept:text/html'],
      options: {
        headers: [
          ['X-Key', 'a: b'],
          ['Accept', 'text/html'],
        ],
      },
      wrong: ['X-Key', ': value', '', 'X Key: a', 'X-Key: a\nX-Other: b', 'Range: bytes=0-1', 'TE: x'],
    },
  ],
  '--user-agent': [
    { args: ['-A', 'me/1'], options: { userAgent: 'me/1' } },
    { args: ['--user-agent', '日本/1'], options: { userAgent: '日本/1' }, wrong: ['a\nb', '日\r本'] },
  ],
  '--referer': [
    { args: ['-e', 'http://a.example/'], options: { headers: [['Referer', 'http://a.example/']] } },
    {
      args: ['--referer', 'http://a.example/', '-H', 'A: b'],
      options: {
        headers: [
          ['A', 'b'],
          ['Referer', 'http://a.example/'],
        ],
      },
      wrong: ['http://a.example/\nX: y'],
    },
  ],
  '--user': [
    { args: ['-u', 'me:pass:word'], options: { user: { name: 'me', password: 'pass:word' } } },
    { args: ['--user', 'me'], options: { user: { name: 'me', password: '' } } },
  ],
  '--oauth2-bearer': [
    { args: ['--oauth2-bearer', 'token'], options: { bearer: 'token' }, wrong: ['to\nken'] },
  ],
  '--netrc': [
    { args: ['-n'], options: { netrc: join(homedir(), '.netrc') } },
    { args: ['--netrc'], options: { netrc: join(homedir(), '.netrc') } },
  ],
  '--netrc-file': [
    { args: ['--netrc-file', 'logins'], options: { netrc: resolve('logins') } },
    { args: ['-n', '--netrc-file', 'logins'], options: { netrc: resolve('logins') } },
  ],
  '--load-cookies': [{ args: ['--load-cookies', 'jar'], options: { cookies: resolve('jar') } }],
  '--proxy': [
    { args: ['--proxy', 'http://127.0.0.1:3128'], options: { proxy: 'http://127.0.0.1:3128' } },
    {
      args: ['--proxy', 'cache:3128'],
      options: { proxy: 'http://cache:3128' },
      wrong: ['', 'http://', 'ftp://cache', 'socks6://cache', 'http://cache:port'],
    },
    { args: ['--proxy', 'socks5h://me:x@cache'], options: { proxy: 'socks5h://me:x@cache' } },
  ],
  '--cacert': [{ args: ['--cacert', 'ca.pem'], options: { caFile: resolve('ca.pem') } }],
  '--cert': [
    { args: ['-E', 'me.pem'], options: { certFile: resolve('me.pem') } },
    { args: ['--cert', 'me.p12:a:b'], options: { certFile: resolve('me.p12'), keyPassword: 'a:b' } },
    { args: ['--cert', 'a\\:b.pem:'], options: { certFile: resolve('a:b.pem'), keyPassword: '' } },
    {
      args: ['--cert', 'me.p12:a', '--pass', 'b'],
      options: { certFile: resolve('me.p12'), keyPassword: 'b' },
      wrong: ['', ':password'],
    },
  ],
  '--key': [{ args: ['--key', 'me.key'], options: { keyFile: resolve('me.key') } }],
  '--pass': [{ args: ['--pass', 'a b'], options: { keyPassword: 'a b' } }],
  '--insecure': [
    { args: ['-k'], options: { insecure: true } },
    { args: ['--insecure'], options: { insecure: true } },
  ],
  '--mark-of-the-web': [{ args: ['--mark-of-the-web'], options: { markOfTheWeb: true } }],
};

const { options: OPTIONS } = makeCommand();

test('every flag has a case here', () => {
  expect(OPTIONS.map(({ long }) => long).sort()).toEqual(Object.keys(CASES).sort());
});

describe.each(Object.entries(CASES))('%s', (flag, cases) => {
  test.each(cases)('$args', ({ args, flags, options }) => {
    const parsed = parse(args);
    if (flags !== undefined) expect(parsed).toMatchObject(flags);
    const given = downloadOptions(parsed);
    if (options === undefined) return;
    // Nothing but what was asked for.
    const quiet: Partial<DownloadOptions> = { digests: [], headers: [] };
    expect(given).toEqual({ ...quiet, ...options });
    expect(filled(DEFAULT_DOWNLOAD_OPTIONS, given)).toMatchObject(options);
  });

  const wrong = cases.flatMap((each) => each.wrong ?? []);
  test.runIf(wrong.length > 0).each(wrong)('refuses %j', (value) => {
    expect(() => parse([flag, value])).toThrow(
      expect.objectContaining({
        code: expect.stringMatching(/^commander\.(invalid|optionMissing)/u) as string,
      }),
    );
  });
});

test('a value that is missing, and a flag that is none', () => {
  for (const { long, required } of OPTIONS) {
    if (!required) continue;
    expect(() => parse([long ?? '']), long ?? '').toThrow(
      expect.objectContaining({ code: 'commander.optionMissingArgument' }),
    );
  }
  expect(() => parse(['--nonsense'])).toThrow(expect.objectContaining({ code: 'commander.unknownOption' }));
});

test.each(OPTIONS.map((option) => [option.long ?? '', option] as const))(
  '%s is in --help, with what it is for',
  (long, option) => {
    const help = makeCommand().helpInformation();
    const lines = help.split('\n');
    const at = lines.findIndex((line) => line.includes(`${long} `) && line.trimStart().startsWith('-'));
    expect(at).toBeGreaterThan(-1);
    expect(lines[at]).toContain(option.flags);
    expect(option.description.length).toBeGreaterThan(5);
    // Wrapped it may be.
    expect(help.replaceAll(/\s+/gu, ' ')).toContain(option.description);
  },
);
