import type { common as english } from '../en/common';
import type { Translated } from '../messages';

export const common: Translated<typeof english> = {
  'common.cancel': 'Abbrechen',
  'common.close': 'Schließen',
  'common.choose': 'Auswählen …',
  'common.on': 'Ein',
  'common.off': 'Aus',
  'common.reset': 'Zurücksetzen',
  'common.change': '{what}, ändern',
  'common.workers': '{count, plural, one {# Worker} other {# Worker}}',
  'common.tasks': '{count, plural, one {# Aufgabe} other {# Aufgaben}}',
  'units.days': 'Tage',
  'units.years': 'Jahre',
  'units.byte': 'Byte',
  'units.bytes': 'Byte',
  'failure.with-detail': '{sentence} ({detail})',
};
