/** How many connections downloads have at once: what steers them, as threads steer the other kinds. */
import { isEnded, type JobSummary } from '../../common/model/jobs';
import { MenuButton } from '../components/menu';
import { connectionChoices } from '../kinds';
import { plural } from '../lib/text';
import { connectJob } from '../state/actions';
import { liveStore } from '../state/frames';
import { changeSettings, useSettings } from '../state/settings';
import { useStore } from '../state/store';

interface ConnectionsMenuProps {
  /** It follows the choice, unless it has ended. */
  readonly job: JobSummary | null;
}

export function ConnectionsMenu({ job }: ConnectionsMenuProps) {
  const settings = useSettings();
  const id = job?.id ?? -1;
  // The number alone: the menu is not drawn anew with each frame.
  const framed = useStore(liveStore, (live) => live.jobs.get(id)?.connections?.most);
  if (settings === null) return null;
  // A job that runs may have been given another number.
  const most = job?.state === 'running' ? framed : undefined;
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
      onAction={(chosen) => {
        changeSettings({ connections: Number(chosen) });
        if (job !== null && !isEnded(job.state) && !job.foreign) connectJob(job.id, Number(chosen));
      }}
    >
      {text} <span aria-hidden="true">▾</span>
    </MenuButton>
  );
}
