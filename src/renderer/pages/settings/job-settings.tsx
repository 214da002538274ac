import { MOST_JOBS_AT_ONCE, type Settings } from '../../../common/model/settings';
import { MenuButton } from '../../components/menu';
import { changeSettings } from '../../state/settings';
import { HowManyMenu, ModeSwitch } from '../../kind-page/page-header';
import { SETTING_KINDS, WORDS, type SettingKind } from '../../kinds';
import { plural } from '../../lib/text';
import { Group, Row } from './rows';

const NAMES: Readonly<Record<SettingKind, string>> = {
  download: WORDS.download.title,
  hash: 'Hash and verify',
  copy: WORDS.copy.title,
};

const NOTES: Readonly<Record<SettingKind, string>> = {
  download: 'Sync downloads one file at a time. Async keeps several connections open at once.',
  hash: 'Sync reads one file after another on one thread. Async shares the files among worker threads.',
  copy: 'Sync copies one file after another on one thread. Async shares the files among worker threads.',
};

export function JobSettings({ settings }: { readonly settings: Settings }) {
  const best = SETTING_KINDS.flatMap((kind) => {
    const workers = settings.bestWorkers[kind];
    return workers === null ? [] : [`${NAMES[kind]}: ${plural(workers, 'worker', 'workers')}`];
  });
  return (
    <Group title="New jobs">
      <Row
        name="Jobs at a time"
        note="How many jobs run at once, from 1 to 16. The others wait in the queue."
        words="queue parallel concurrent"
        keys={['jobsAtOnce']}
      >
        <MenuButton
          label={`${settings.jobsAtOnce} at a time, change`}
          entries={Array.from({ length: MOST_JOBS_AT_ONCE }, (_, index) => ({
            id: String(index + 1),
            text: String(index + 1),
          }))}
          selected={String(settings.jobsAtOnce)}
          onAction={(id) => {
            changeSettings({ jobsAtOnce: Number(id) });
          }}
        >
          {settings.jobsAtOnce} <span aria-hidden="true">▾</span>
        </MenuButton>
      </Row>
      {SETTING_KINDS.map((kind) => (
        <Row
          key={kind}
          name={NAMES[kind]}
          note={NOTES[kind]}
          words="mode threads workers pool"
          keys={kind === 'download' ? ['download', 'connections'] : [kind]}
        >
          <ModeSwitch kind={kind} />
          <HowManyMenu kind={kind} />
        </Row>
      ))}
      {best.length > 0 && (
        <Row
          name="Measured number of workers"
          note="What Automatic means on this machine, as a comparison found it."
          value={best.join(', ')}
          keys={['bestWorkers']}
        >
          {null}
        </Row>
      )}
    </Group>
  );
}
