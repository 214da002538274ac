import type { trials as english } from '../en/trials';
import type { Translated } from '../messages';

export const trials: Translated<typeof english> = {
  'trial.one-by-one': 'einzeln nacheinander',
};
