import type { dialogs as english } from '../en/dialogs';
import type { Translated } from '../messages';

export const dialogs: Translated<typeof english> = {
  'dialog.summary-more': 'Mehr',
};
