import { expect, test } from 'vitest';
import { plainEntry, type ListPreview } from '../../common/model/download';
import {
  chosenEntries,
  combine,
  extensionText,
  filesText,
  formatText,
  remarkLines,
  type PreviewedSource,
} from './previews';

function source(patch: Partial<ListPreview>, own: Partial<PreviewedSource> = {}): PreviewedSource {
  const preview: ListPreview = {
    format: 'urls',
    entries: 0,
    partial: false,
    hosts: [],
    extensions: [],
    groups: [],
    remarks: [],
    firstFile: null,
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
      extensions: [{ extension: 'zip', entries: 3 }],
      groups: [{ host: 'a.example', extension: 'zip', entries: 2 }],
      remarks: [{ line: 2, message: 'Line 2 is a comment.' }],
      firstFile: 'a.zip',
      duplicates: 1,
      faults: [{ line: 4, text: '', message: 'Line 4 is wrong.' }],
      faultCount: 1,
    }),
    source(
      {
        entries: 5,
        hosts: [{ host: 'b.example', entries: 5 }],
        extensions: [
          { extension: '', entries: 1 },
          { extension: 'zip', entries: 4 },
        ],
        firstFile: 'b.zip',
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
    { name: 'b.example', entries: 6 },
    { name: 'a.example', entries: 2 },
  ]);
  expect(together.extensions).toEqual([
    { name: 'zip', entries: 7 },
    { name: '', entries: 1 },
  ]);
  expect(together.firstFile).toBe('a.zip');
  expect(together.faults.map(({ message }) => message)).toEqual([
    'Line 4 is wrong.',
    'l.txt: Line 9 is wrong.',
  ]);
  expect(filesText(together)).toBe('8 files or more');
  expect(remarkLines(together)).toEqual([
    'Line 2 is a comment.',
    '1 entry comes more than once.',
    '2 files would be called x; they get numbers.',
  ]);
});

test('a single entry is known by what is there now', () => {
  const entry = plainEntry('https://a.example/x');
  expect(combine([source({ entries: 1, first: [entry] })]).single).toBe(entry);
  expect(combine([source({}), source({ entries: 1, first: [entry] })]).single).toBe(entry);
  expect(combine([source({ entries: 1, first: [entry] }, { isCurrent: false })]).single).toBeNull();
  expect(combine([source({ entries: 1, first: [entry], partial: true })]).single).toBeNull();
  expect(combine([source({ entries: 2, first: [entry, entry] })]).single).toBeNull();
});

const GROUPS = [
  { host: 'a', extension: 'zip', entries: 1 },
  { host: 'a', extension: '', entries: 2 },
  { host: 'b', extension: 'zip', entries: 4 },
];
const COUNTS = {
  entries: 7,
  hosts: [
    { host: 'a', entries: 3 },
    { host: 'b', entries: 4 },
  ],
  extensions: [
    { extension: 'zip', entries: 5 },
    { extension: '', entries: 2 },
  ],
};

test.each<[string[], string[], number | null, number | null]>([
  [[], [], 7, 7],
  [['a'], [], 4, 4],
  [[], ['zip'], 2, 2],
  [['b'], ['zip'], 2, null],
  [['a', 'b'], ['zip'], 0, 0],
  [[], ['zip', ''], 0, 0],
  [['elsewhere'], [], 7, 7],
])('without hosts %j and extensions %j', (hosts, extensions, exact, withoutGroups) => {
  const leftOut = { hosts, extensions };
  expect(chosenEntries(combine([source({ ...COUNTS, groups: GROUPS })]), leftOut)).toBe(exact);
  expect(chosenEntries(combine([source({ ...COUNTS, groups: null })]), leftOut)).toBe(withoutGroups);
});

test('a name without an extension is said to have none', () => {
  expect(['tar.gz', ''].map(extensionText)).toEqual(['.tar.gz', 'no extension']);
});

test.each<[ListPreview['format'], number, string]>([
  ['urls', 1, 'an address'],
  ['urls', 2, 'a list of addresses'],
  ['curl', 1, 'a curl command'],
  ['curl', 2, 'curl commands'],
  ['fetch', 1, 'a fetch call'],
  ['bookmarks', 1, 'bookmarks'],
  ['html', 3, 'a web page'],
])('%s with %d is %s', (format, entries, expected) => {
  expect(formatText({ format, entries })).toBe(expected);
});
