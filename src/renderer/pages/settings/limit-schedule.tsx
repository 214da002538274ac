/** The speed limit of some hours of each day. */
import type { Settings } from '../../../common/model/settings';
import { text } from '../../../common/text/text';
import { Check } from '../../dialogs/fields';
import { SpeedChoice } from '../../kind-page/speed-menu';
import { changeSettings } from '../../state/settings';
import styles from './settings.module.css';

type Schedule = NonNullable<Settings['limitSchedule']>;

/** Working hours. */
const FIRST: Schedule = { fromMinute: 8 * 60, toMinute: 18 * 60, rate: 1_000_000 };

export function LimitSchedule({ schedule }: { readonly schedule: Schedule | null }) {
  const change = (patch: Partial<Schedule>): void => {
    if (schedule !== null) changeSettings({ limitSchedule: { ...schedule, ...patch } });
  };
  return (
    <>
      <Check
        checked={schedule !== null}
        onChange={(on) => {
          changeSettings({ limitSchedule: on ? FIRST : null });
        }}
      >
        {text('common.on')}
      </Check>
      {schedule !== null && (
        <>
          <TimeField
            label={text('settings.schedule.from')}
            minute={schedule.fromMinute}
            onChange={(fromMinute) => {
              change({ fromMinute });
            }}
          />
          <TimeField
            label={text('settings.schedule.until')}
            minute={schedule.toMinute}
            onChange={(toMinute) => {
              change({ toMinute });
            }}
          />
          <SpeedChoice
            label={text('settings.schedule')}
            rate={schedule.rate}
            onChange={(rate) => {
              change({ rate });
            }}
          />
        </>
      )}
    </>
  );
}

interface TimeFieldProps {
  readonly label: string;
  /** Since midnight. */
  readonly minute: number;
  readonly onChange: (minute: number) => void;
}

function TimeField({ label, minute, onChange }: TimeFieldProps) {
  const two = (value: number): string => String(value).padStart(2, '0');
  return (
    <input
      type="time"
      className={styles['field']}
      aria-label={label}
      title={label}
      value={`${two(Math.floor(minute / 60))}:${two(minute % 60)}`}
      onChange={(event) => {
        const [hours = NaN, minutes = NaN] = event.target.value.split(':').map(Number);
        const chosen = hours * 60 + minutes;
        if (Number.isInteger(chosen)) onChange(chosen);
      }}
    />
  );
}
