import { expect, test } from 'vitest';
import { plainEntry } from '../../common/model/download';
import { singleRequest } from './single-entry';

const entry = plainEntry('https://a.example/x');
const hex = '0'.repeat(64);

test('an address stays one', () => {
  expect(singleRequest(entry, { out: 'y', checksum: `sha256=${hex}` })).toEqual({
    urls: ['https://a.example/x'],
    text: null,
    listFiles: [],
    format: null,
    out: 'y',
    checksum: `sha256=${hex}`,
  });
});

test('a call keeps what is said of it, and has the name and the checksum that it is given', () => {
  const call = {
    ...entry,
    fileName: 'z',
    directory: 'd',
    digests: { md5: '1'.repeat(32) },
    method: 'POST',
    headers: [['X-Key', 'k']] as const,
    body: '{"a":1}',
  };
  const request = singleRequest(call, { out: 'y', checksum: `sha-256=${hex}` });
  expect(request).toMatchObject({ urls: [], format: 'jsonl', out: null, checksum: null });
  expect(JSON.parse(request.text ?? '')).toEqual({
    urls: ['https://a.example/x'],
    filename: 'y',
    directory: 'd',
    size: null,
    md5: '1'.repeat(32),
    sha256: hex,
    method: 'POST',
    headers: [['X-Key', 'k']],
    body: '{"a":1}',
  });
  expect(JSON.parse(singleRequest(call, { out: null, checksum: null }).text ?? '')).toMatchObject({
    filename: 'z',
  });
});
