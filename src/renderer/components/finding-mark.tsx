/** A shape for each outcome, so that colour is not the only thing that tells them apart. The word stands beside it. */
import type { Finding } from '../../common/model/tasks';
import { findingTone } from '../lib/findings';
import styles from './finding-mark.module.css';

type Shape =
  'check' | 'cross' | 'gap' | 'bar' | 'plus' | 'up' | 'left' | 'right' | 'turn' | 'twins' | 'ring' | 'minus';

const SHAPE_OF: Readonly<Record<Finding, Shape>> = {
  ok: 'check',
  changed: 'cross',
  missing: 'gap',
  unreadable: 'bar',
  extra: 'plus',
  same: 'check',
  different: 'cross',
  'only-left': 'left',
  'only-right': 'right',
  moved: 'turn',
  duplicate: 'twins',
  unique: 'ring',
  'hard-link': 'turn',
  new: 'plus',
  replaced: 'turn',
  numbered: 'twins',
  unchanged: 'check',
  updated: 'up',
  kept: 'ring',
  deleted: 'minus',
  withheld: 'ring',
  clash: 'cross',
};

/** On a square of 10. */
const PATHS: Readonly<Record<Shape, string>> = {
  check: 'M1.5 5.5 4 8l4.5-6',
  cross: 'M2 2l6 6M8 2 2 8',
  gap: 'M5 1.2v.2M8.8 5h-.2M5 8.8v-.2M1.2 5h.2M7.7 2.3l-.1.1M7.7 7.7l-.1-.1M2.3 7.7l.1-.1M2.3 2.3l.1.1',
  bar: 'M5 1.2a3.8 3.8 0 1 1 0 7.6 3.8 3.8 0 0 1 0-7.6ZM2.4 7.6l5.2-5.2',
  plus: 'M5 1.5v7M1.5 5h7',
  minus: 'M1.5 5h7',
  up: 'M5 8.5v-7M2 4.5l3-3 3 3',
  left: 'M8.5 5h-7M4.5 2l-3 3 3 3',
  right: 'M1.5 5h7M5.5 2l3 3-3 3',
  turn: 'M1.5 3.2h6M5.7 1.4l1.8 1.8-1.8 1.8M8.5 6.8h-6M4.3 5 2.5 6.8l1.8 1.8',
  twins: 'M1.2 1.2h5v5h-5zM3.8 3.8h5v5h-5z',
  ring: 'M5 1.6a3.4 3.4 0 1 1 0 6.8 3.4 3.4 0 0 1 0-6.8Z',
};

export function FindingMark({ finding }: { readonly finding: Finding }) {
  return (
    <svg
      width="10"
      height="10"
      viewBox="0 0 10 10"
      className={styles['mark']}
      data-tone={findingTone(finding)}
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[SHAPE_OF[finding]]} />
    </svg>
  );
}
