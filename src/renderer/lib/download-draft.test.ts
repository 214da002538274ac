import { describe, expect, test } from 'vitest';
import { downloadOptionsSchema, rememberedOptionsSchema } from '../../common/model/download-options';
import {
  EMPTY_OPTIONS,
  optionFaults,
  optionsDraft,
  optionsOf,
  optionsText,
  rememberedOf,
  type OptionsDraft,
} from './download-draft';

const draft = (patch: Partial<OptionsDraft>): OptionsDraft => ({ ...EMPTY_OPTIONS, ...patch });

/** Something in every field. */
const FULL = draft({
  existing: 'newer',
  format: 'csv',
  name: 'a.bin',
  checksum: `sha256=${'0'.repeat(64)}`,
  segments: 2,
  connectionsPerHost: '3',
  limitRate: '2M',
  retries: '0',
  retryBase: '1500',
  retryAll: true,
  retryOn: '403, 5XX',
  user: 'me',
  password: 'p:w',
  headers: 'Referer: https://example.org/\n\nX-Key:  k \n',
  userAgent: 'Me/1',
  cookies: '/home/me/cookies.txt',
  netrc: '/home/me/.netrc',
  proxy: 'proxy.example:3128',
  caFile: '/home/me/ca.pem',
  certFile: '/home/me/me.pem',
  keyFile: '/home/me/me.key',
  keyPassword: 'k:p',
  insecure: true,
  unmarked: true,
  digests: ['sha256'],
  maxSize: '1G',
  keepFree: '100M',
  connectTimeout: '0.5',
  headerTimeout: '7',
  stallTimeout: '8',
});

describe('what is typed becomes options', () => {
  test('nothing is asked where nothing is typed', () => {
    expect(optionsOf(EMPTY_OPTIONS)).toEqual({});
    expect(optionFaults(EMPTY_OPTIONS, true)).toEqual({});
    expect(optionsText(EMPTY_OPTIONS, true)).toBe('');
  });

  test('every field arrives', () => {
    expect(optionFaults(FULL, true)).toEqual({});
    const options = optionsOf(FULL);
    expect(options).toEqual({
      existing: 'newer',
      segments: 2,
      connectionsPerHost: 3,
      limitRate: 2 * 1024 * 1024,
      retries: 0,
      retryBaseMs: 1500,
      retryAll: true,
      retryOn: ['403', '5xx'],
      user: { name: 'me', password: 'p:w' },
      headers: [
        ['Referer', 'https://example.org/'],
        ['X-Key', 'k'],
      ],
      userAgent: 'Me/1',
      cookies: '/home/me/cookies.txt',
      netrc: '/home/me/.netrc',
      proxy: 'http://proxy.example:3128',
      caFile: '/home/me/ca.pem',
      certFile: '/home/me/me.pem',
      keyFile: '/home/me/me.key',
      keyPassword: 'k:p',
      insecure: true,
      digests: ['sha256'],
      maxBytes: 1024 ** 3,
      keepFreeBytes: 100 * 1024 * 1024,
      connectMs: 500,
      headersMs: 7000,
      stallMs: 8000,
    });
    expect(downloadOptionsSchema.unwrap().partial().parse(options)).toEqual(options);
    expect(optionsOf(draft({ bearer: ' token ' }))).toEqual({ bearer: 'token' });
  });

  test('every option of the terminal has a field', () => {
    // How many connections is chosen beside them, for all downloads; whether files are marked is always said.
    const beside = { connections: null, markOfTheWeb: true };
    const reached = new Set(
      Object.keys({ ...optionsOf(FULL), ...optionsOf(draft({ bearer: 'token' })), ...beside }),
    );
    expect(Object.keys(downloadOptionsSchema.unwrap().shape).filter((name) => !reached.has(name))).toEqual(
      [],
    );
  });
});

describe('the next download begins with the same', () => {
  test('but with nothing that is secret or about one file', () => {
    const remembered = rememberedOf(FULL);
    expect(rememberedOptionsSchema.unwrap().parse(remembered)).toEqual(remembered);
    expect(JSON.stringify(remembered)).not.toMatch(
      /p:w|k:p|me\.pem|insecure|Referer|X-Key|proxy|Me\/1|a\.bin|sha256=/u,
    );
    const next = optionsDraft(remembered);
    expect(next).toEqual({
      ...FULL,
      retryOn: '403, 5xx',
      format: null,
      name: '',
      checksum: '',
      user: '',
      password: '',
      headers: '',
      userAgent: '',
      proxy: '',
      certFile: '',
      keyFile: '',
      keyPassword: '',
      insecure: false,
      unmarked: false,
    });
    expect(rememberedOf(next)).toEqual(remembered);
  });

  test('sizes that are no round number of units come back whole', () => {
    expect(optionsDraft({ maxBytes: 1_500_000 }).maxSize).toBe('1500000');
    expect(optionsDraft({ limitRate: 1536 }).limitRate).toBe('1536');
    expect(optionsDraft({ limitRate: 512 * 1024 }).limitRate).toBe('512K');
  });
});

test.each<[keyof OptionsDraft, string]>([
  ['limitRate', '0'],
  ['limitRate', 'fast'],
  ['retries', '-1'],
  ['retries', '1001'],
  ['retries', '2.5'],
  ['retryBase', '0'],
  ['retryOn', '403, 6xx'],
  ['retryOn', 'always'],
  ['connectionsPerHost', '257'],
  ['maxSize', 'big'],
  ['keepFree', '10 apples'],
  ['connectTimeout', '0'],
  ['headerTimeout', 'soon'],
  ['stallTimeout', '86401'],
  ['proxy', 'http://'],
  ['headers', 'no colon'],
  ['headers', 'Good: one\nContent-Length: 5'],
  ['userAgent', 'two\nlines'],
  ['bearer', 'a\u0000b'],
  ['checksum', 'sha256=abc'],
  ['name', 'a/b'],
])('%s cannot be %j', (field, text) => {
  const faults = optionFaults(draft({ [field]: text }), true);
  expect(Object.keys(faults)).toEqual([field]);
  expect(faults[field]).toMatch(/^[A-Z].*\.$/u);
});

test('a name and a checksum are for one address, and wrong ones elsewhere stop nothing', () => {
  expect(optionFaults(draft({ name: 'a/b', checksum: 'x' }), false)).toEqual({});
  expect(optionsText(draft({ name: 'a' }), false)).toBe('');
});

test('one login, with a name', () => {
  expect(Object.keys(optionFaults(draft({ password: 'p' }), true))).toEqual(['user']);
  expect(Object.keys(optionFaults(draft({ user: 'me', bearer: 't' }), true))).toEqual(['bearer']);
  for (const key of [{ keyFile: '/k' }, { keyPassword: 'p' }])
    expect(Object.keys(optionFaults(draft(key), true))).toEqual(['certFile']);
});

test('closed, it says what is not as usual, and no secret', () => {
  const text = optionsText(FULL, true);
  expect(text).toMatch(/^existing files: overwrite if newer, list format: CSV, name: a\.bin, checksum, /u);
  expect(text).toContain('at most 2.1 MB/s');
  expect(text).toContain('login me');
  expect(text).toContain('certificates not verified');
  expect(text).not.toMatch(/p:w|k:p|X-Key/u);
});
