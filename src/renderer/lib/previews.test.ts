import { expect, test } from 'vitest';
import { plainEntry, type ListPreview } from '../../common/model/download';
import { combine, filesText, remarks, type PreviewedSource } from './previews';

function source(patch: Partial<ListPreview>, own: Partial<PreviewedSource> = {}): PreviewedSource {
  const preview: ListPreview = {
    format: 'urls',
    entries: 0,
    partial: false,
    hosts: [],
    duplicates: 0,
    clashes: [],
    faults: [],
    faultCount: 0,
    first: [],
    ...patch,
  };
  return { key: 'text', name: null, preview, error: null, isCurrent: true, ...own };
}

test('sources are added up, and the hosts of all are one list', () => {
  const together = combine([
    source({
      entries: 3,
      hosts: [
        { host: 'a.example', entries: 2 },
        { host: 'b.example', entries: 1 },
      ],
      duplicates: 1,
      faults: [{ line: 4, text: '', message: 'Line 4 is wrong.' }],
      faultCount: 1,
    }),
    source(
      {
        entries: 5,
        hosts: [{ host: 'b.example', entries: 5 }],
        partial: true,
        clashes: [{ name: 'x', entries: 2 }],
        faults: [{ line: 9, text: '', message: 'Line 9 is wrong.' }],
        faultCount: 1,
      },
      { key: 'file /l.txt', name: 'l.txt' },
    ),
    source({}, { key: 'file /gone', preview: null, error: 'It is gone.', isCurrent: false }),
  ]);
  expect(together).toMatchObject({
    entries: 8,
    partial: true,
    duplicates: 1,
    faultCount: 2,
    isCurrent: false,
  });
  expect(together.hosts).toEqual([
    { host: 'b.example', entries: 6 },
    { host: 'a.example', entries: 2 },
  ]);
  expect(together.faults.map(({ message }) => message)).toEqual([
    'Line 4 is wrong.',
    'l.txt: Line 9 is wrong.',
  ]);
  expect(filesText(together)).toBe('8 files or more');
  expect(remarks(together)).toEqual([
    '1 entry comes more than once.',
    '2 files would be called x; they get numbers.',
  ]);
});

test('a single address is known by what is there now, and by being nothing but an address', () => {
  const entry = plainEntry('https://a.example/x');
  expect(combine([source({ entries: 1, first: [entry] })]).single).toBe('https://a.example/x');
  expect(combine([source({ entries: 1, first: [entry] }, { isCurrent: false })]).single).toBeNull();
  expect(combine([source({ entries: 1, first: [entry], partial: true })]).single).toBeNull();
  expect(combine([source({ entries: 2, first: [entry, entry] })]).single).toBeNull();
  for (const more of [
    { method: 'POST' },
    { headers: [['A', 'b']] },
    { fileName: 'y' },
    { digests: { md5: '0' } },
  ]) {
    const first = [{ ...entry, ...more } as typeof entry];
    expect(combine([source({ entries: 1, first })]).single).toBeNull();
  }
});
