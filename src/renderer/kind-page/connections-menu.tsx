/** How many connections downloads have at once: what steers them, as threads steer the other kinds. */
import { isEnded, type JobSummary } from '../../common/model/jobs';
import { MenuButton } from '../components/menu';
import { connectionChoices } from '../kinds';
import { plural } from '../lib/text';
import { connectJob } from '../state/actions';
import { useFrame } from '../state/frames';
import { changeSettings, useSettings } from '../state/settings';

interface ConnectionsMenuProps {
  /** It follows the choice, unless it has ended. */
  readonly job: JobSummary | null;
}

export function ConnectionsMenu({ job }: ConnectionsMenuProps) {
  const settings = useSettings();
  const frame = useFrame(job?.id ?? null);
  if (settings === null) return null;
  // A job that runs may have been given another number.
  const most = job?.state === 'running' ? frame?.connections?.most : undefined;
  const count = most ?? settings.connections;
  const text = plural(count, 'connection', 'connections');
  return (
    <MenuButton
      label={`${text}, change`}
      entries={connectionChoices(count).map((choice) => ({
        id: String(choice),
        text: plural(choice, 'connection', 'connections'),
      }))}
      selected={String(count)}
      onAction={(id) => {
        changeSettings({ connections: Number(id) });
        if (job !== null && !isEnded(job.state) && !job.foreign) connectJob(job.id, Number(id));
      }}
    >
      {text} <span aria-hidden="true">▾</span>
    </MenuButton>
  );
}
