import { describe, expect, it } from 'vitest';
import { countUrls, countUrlsInSlices, isDownloadUrl, NO_URLS } from './urls';

describe('countUrls', () => {
  it('counts http and https addresses, one a line', () => {
    expect(countUrls('https://example.org/a\nHTTP://example.org/b')).toEqual({
      understood: 2,
      notUnderstood: 0,
      example: null,
    });
  });

  it('passes over empty lines, spaces and comments, whatever ends the lines', () => {
    const text = '\r\n  https://example.org/a  \r\n# https://example.org/b\r\n\r\n';
    expect(countUrls(text)).toMatchObject({ understood: 1, notUnderstood: 0 });
  });

  it('names the first line that is no URL, shortened', () => {
    const count = countUrls(`https://example.org/\n${'x'.repeat(200)}\nftp://example.org/c`);
    expect(count).toMatchObject({ understood: 1, notUnderstood: 2 });
    expect(count.example).toHaveLength(60);
    expect(count.example?.endsWith('…')).toBe(true);
  });

  it('counts nothing in nothing', () => {
    expect(countUrls('')).toEqual(NO_URLS);
  });
});

describe('isDownloadUrl', () => {
  it.each(['https://', 'https:/example.org', 'file:///etc/passwd', 'example.org/a', 'http://exa mple.org/'])(
    'refuses %s',
    (text) => {
      expect(isDownloadUrl(text)).toBe(false);
    },
  );
});

describe('countUrlsInSlices', () => {
  it('comes to the same count', async () => {
    const text = Array.from({ length: 5000 }, (_, i) =>
      i % 7 === 0 ? `no ${i}` : `https://e.org/${i}`,
    ).join('\n');
    const count = await new Promise((resolve) => countUrlsInSlices(text, resolve));
    expect(count).toEqual(countUrls(text));
  });

  it('says nothing once it was ended', async () => {
    let calls = 0;
    const end = countUrlsInSlices('https://example.org/', () => {
      calls += 1;
    });
    end();
    await new Promise((resolve) => countUrlsInSlices('', resolve));
    expect(calls).toBe(0);
  });
});
