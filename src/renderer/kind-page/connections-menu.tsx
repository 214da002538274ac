/** How many connections downloads have at once: what steers them, as threads steer the other kinds. */
import type { JobSummary } from '../../common/model/jobs';
import { text } from '../../common/text/text';
import { MenuButton } from '../components/menu';
import { connectionChoices } from '../kinds';
import { connectJob } from '../state/actions';
import { liveStore } from '../state/frames';
import { changeSettings, settingsStore, useSettings } from '../state/settings';
import { useStore } from '../state/store';

/** Of new downloads. */
export function ConnectionsMenu() {
  const settings = useSettings();
  if (settings === null) return null;
  return (
    <ConnectionsChoice
      count={settings.connections}
      onChange={(connections) => {
        changeSettings({ connections });
      }}
    />
  );
}

/** Of one that has not ended. */
export function JobConnectionsMenu({ job }: { readonly job: JobSummary }) {
  // The number alone: the menu is not drawn anew with each frame.
  const framed = useStore(liveStore, (live) => live.jobs.get(job.id)?.connections?.most);
  const usual = useStore(settingsStore, (settings) => settings?.connections);
  const count = (job.state === 'running' ? framed : undefined) ?? job.connections ?? usual;
  if (count === undefined) return null;
  return (
    <ConnectionsChoice
      count={count}
      onChange={(connections) => {
        connectJob(job.id, connections);
      }}
    />
  );
}

interface ConnectionsChoiceProps {
  readonly count: number;
  readonly onChange: (connections: number) => void;
}

function ConnectionsChoice({ count, onChange }: ConnectionsChoiceProps) {
  const connections = text('job.connections', { count });
  return (
    <MenuButton
      label={text('common.change', { what: connections })}
      entries={connectionChoices(count).map((choice) => ({
        id: String(choice),
        text: text('job.connections', { count: choice }),
      }))}
      selected={String(count)}
      onAction={(chosen) => {
        onChange(Number(chosen));
      }}
    >
      {connections} <span aria-hidden="true">▾</span>
    </MenuButton>
  );
}
