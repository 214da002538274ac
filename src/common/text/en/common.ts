/** Words of more than one page. */
export const common = {
  'common.cancel': 'Cancel',
  'common.close': 'Close',
  'common.choose': 'Choose…',
  'common.on': 'On',
  'common.off': 'Off',
  'common.reset': 'Reset',
  'common.change': '{what}, change',
  'common.workers': '{count, plural, one {# worker} other {# workers}}',
  'common.tasks': '{count, plural, one {# task} other {# tasks}}',
  'units.days': 'days',
  'units.years': 'years',
  'units.byte': 'byte',
  'units.bytes': 'bytes',
  'failure.with-detail': '{sentence} ({detail})',
} as const;
