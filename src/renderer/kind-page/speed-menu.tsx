/** The speed limits, of one job and of all downloads, one click away. */
import type { JobSummary } from '../../common/model/jobs';
import { rateAt } from '../../common/model/settings';
import { formatRate } from '../../common/model/units';
import { text } from '../../common/text/text';
import { ChoicesMenu, type Choice } from '../components/choices-menu';
import { MenuButton } from '../components/menu';
import { limitJob } from '../state/actions';
import { useNow } from '../lib/clock';
import { changeSettings, settingsStore, useSettings } from '../state/settings';
import { useStore } from '../state/store';

/** Bytes per second. */
const CHOICES = [100e3, 500e3, 1e6, 2e6, 5e6, 10e6, 20e6, 50e6, 100e6];

/** Of all downloads together. */
export function AllSpeedMenu() {
  const rate = useStore(settingsStore, (settings) => settings?.limitRate);
  if (rate === undefined) return null;
  return (
    <SpeedChoice
      label={text('speed.all')}
      rate={rate}
      onChange={(limitRate) => {
        changeSettings({ limitRate });
      }}
    />
  );
}

interface SpeedChoiceProps {
  readonly label: string;
  /** Bytes per second; `null`: no limit. */
  readonly rate: number | null;
  readonly onChange: (rate: number | null) => void;
}

export function SpeedChoice({ label, rate, onChange }: SpeedChoiceProps) {
  const shown = rate === null ? text('speed.none') : formatRate(rate);
  const choice = rateChoice(rate, onChange);
  return (
    <MenuButton
      label={text('speed.change', { label, rate: shown })}
      entries={choice.entries}
      selected={choice.selected}
      onAction={choice.onChange}
    >
      {shown} <span aria-hidden="true">▾</span>
    </MenuButton>
  );
}

/** Of a job that has not ended, and of all downloads together: the lower one holds. */
export function SpeedMenu({ job }: { readonly job: JobSummary }) {
  const settings = useSettings();
  const now = useNow(settings?.limitSchedule != null);
  if (settings === null) return null;
  // At some hours of the day it is another one.
  const ofAll = rateAt(settings, new Date(now));
  const own = job.limitRate;
  const shown =
    own !== null && (ofAll === null || own <= ofAll)
      ? text('speed.own', { rate: formatRate(own) })
      : ofAll === null
        ? text('speed.no-limit')
        : text('speed.of-all', { rate: formatRate(ofAll) });
  const choices: readonly Choice[] = [
    {
      title: text('speed.this-download'),
      ...rateChoice(own, (rate) => {
        limitJob(job.id, rate);
      }),
    },
    {
      title: text('speed.all-downloads'),
      ...rateChoice(settings.limitRate, (limitRate) => {
        changeSettings({ limitRate });
      }),
    },
  ];
  return (
    <ChoicesMenu label={text('common.change', { what: shown })} choices={choices}>
      {shown} <span aria-hidden="true">▾</span>
    </ChoicesMenu>
  );
}

/** @param rate is among those offered, whoever chose it */
function rateChoice(rate: number | null, onChange: (rate: number | null) => void) {
  const rates = rate === null || CHOICES.includes(rate) ? CHOICES : [...CHOICES, rate].sort((a, b) => a - b);
  return {
    entries: [
      { id: 'none', text: text('speed.none') },
      ...rates.map((choice) => ({ id: String(choice), text: formatRate(choice) })),
    ],
    selected: rate === null ? 'none' : String(rate),
    onChange: (id: string) => {
      onChange(id === 'none' ? null : Number(id));
    },
  };
}
