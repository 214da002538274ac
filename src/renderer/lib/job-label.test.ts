import { afterEach, expect, test } from 'vitest';
import { catalogueOf } from '../../common/text/catalogues';
import { showCatalogue } from '../../common/text/text';
import { labelText } from './job-label';

afterEach(() => {
  showCatalogue(catalogueOf('en'));
});

test('names that were made for jobs are told in the window’s language, and those that users gave stay', () => {
  const labels = ['papers.txt', 'one.zip and 1,234 more', 'one.zip and more', 'left and right'];
  expect(labels.map((label) => labelText({ label }))).toEqual(labels);
  showCatalogue(catalogueOf('de'));
  expect(labels.map((label) => labelText({ label }))).toEqual([
    'papers.txt',
    'one.zip und 1.234 weitere',
    'one.zip und weitere',
    'left and right',
  ]);
});
