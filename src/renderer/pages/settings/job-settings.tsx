import { MOST_JOBS_AT_ONCE, type Settings } from '../../../common/model/settings';
import { text } from '../../../common/text/text';
import { MenuButton } from '../../components/menu';
import { changeSettings } from '../../state/settings';
import { HowManyMenu, ModeSwitch } from '../../kind-page/page-header';
import { SETTING_KINDS } from '../../kinds';
import { Group, Row } from './rows';

export function JobSettings({ settings }: { readonly settings: Settings }) {
  const best = SETTING_KINDS.flatMap((kind) => {
    const workers = settings.bestWorkers[kind];
    return workers === null
      ? []
      : [
          text('settings.best.value', {
            kind: text(`settings.mode.${kind}`),
            workers: text('common.workers', { count: workers }),
          }),
        ];
  });
  return (
    <Group title={text('settings.jobs')}>
      <Row
        name={text('settings.jobs-at-once')}
        note={text('settings.jobs-at-once.note')}
        words={text('settings.jobs-at-once.find')}
        keys={['jobsAtOnce']}
      >
        <MenuButton
          label={text('settings.jobs-at-once.change', { count: settings.jobsAtOnce })}
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
          name={text(`settings.mode.${kind}`)}
          note={text(`settings.mode.${kind}.note`)}
          words={text('settings.mode.find')}
          keys={kind === 'download' ? ['download', 'connections'] : [kind]}
        >
          <ModeSwitch kind={kind} />
          <HowManyMenu kind={kind} />
        </Row>
      ))}
      {best.length > 0 && (
        <Row
          name={text('settings.best')}
          note={text('settings.best.note')}
          value={best.join(', ')}
          keys={['bestWorkers']}
        >
          {null}
        </Row>
      )}
    </Group>
  );
}
