/** The speed limits, of one job and of all downloads, one click away. */
import type { JobSummary } from '../../common/model/jobs';
import { isEnded } from '../../common/model/jobs';
import { formatRate } from '../../common/model/units';
import { visible } from '../../common/model/visible';
import { MenuButton, type MenuEntry } from '../components/menu';
import { limitJob } from '../state/actions';
import { changeSettings, useSettings } from '../state/settings';

/** Bytes per second. */
const CHOICES = [100e3, 500e3, 1e6, 2e6, 5e6, 10e6, 20e6, 50e6, 100e6];

interface LimitMenuProps {
  readonly label: string;
  readonly name: string;
  readonly rate: number | null;
  readonly onChange: (rate: number | null) => void;
}

function LimitMenu({ label, name, rate, onChange }: LimitMenuProps) {
  // One that the terminal set is in the list as well.
  const choices =
    rate === null || CHOICES.includes(rate) ? CHOICES : [...CHOICES, rate].sort((a, b) => a - b);
  const entries: MenuEntry[] = [
    { id: 'none', text: 'No limit' },
    ...choices.map((choice) => ({ id: String(choice), text: formatRate(choice) })),
  ];
  const text = rate === null ? 'no limit' : formatRate(rate);
  return (
    <MenuButton
      label={`${name}: ${text}, ${label}, change`}
      entries={entries}
      selected={rate === null ? 'none' : String(rate)}
      onAction={(id) => {
        onChange(id === 'none' ? null : Number(id));
      }}
    >
      {name}: {text} <span aria-hidden="true">▾</span>
    </MenuButton>
  );
}

export function AllSpeedMenu() {
  const settings = useSettings();
  if (settings === null) return null;
  return (
    <LimitMenu
      label="the limit of all downloads"
      name="Speed"
      rate={settings.limitRate}
      onChange={(limitRate) => {
        changeSettings({ limitRate });
      }}
    />
  );
}

export function JobSpeedMenu({ job }: { readonly job: JobSummary }) {
  if (isEnded(job.state) || job.foreign) return null;
  return (
    <LimitMenu
      label={`the speed limit of ${visible(job.label)}`}
      name="This job"
      rate={job.limitRate}
      onChange={(rate) => {
        limitJob(job.id, rate);
      }}
    />
  );
}
