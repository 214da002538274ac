import { ZOOM_STEPS, type Settings } from '../../../common/model/settings';
import { LANGUAGE_CHOICES, LANGUAGE_NAMES } from '../../../common/text/languages';
import { text } from '../../../common/text/text';
import { MenuButton } from '../../components/menu';
import { inBrowser } from '../../lib/place';
import { changeSettings } from '../../state/settings';
import { ChoiceRow, Group, Row } from './rows';

export function WindowSettings({ settings }: { readonly settings: Settings }) {
  return (
    <Group title={text('settings.window')}>
      <ChoiceRow
        name={text('settings.theme')}
        note={text('settings.theme.note')}
        words={text('settings.theme.find')}
        keys={['theme']}
        chosen={settings.theme}
        options={[
          { value: 'system', text: text('settings.theme.system') },
          { value: 'dark', text: text('settings.theme.dark') },
          { value: 'light', text: text('settings.theme.light') },
        ]}
        onChange={(theme) => {
          changeSettings({ theme });
        }}
      />
      <ChoiceRow
        name={text('settings.language')}
        note={text('settings.language.note')}
        words={text('settings.language.find')}
        keys={['language']}
        chosen={settings.language}
        options={LANGUAGE_CHOICES.map((value) => ({
          value,
          text: value === 'system' ? text('settings.language.system') : LANGUAGE_NAMES[value],
        }))}
        onChange={(language) => {
          changeSettings({ language });
        }}
      />
      {!inBrowser && (
        <Row
          name={text('settings.text-size')}
          note={text('settings.text-size.note')}
          words={text('settings.text-size.find')}
          keys={['zoom']}
        >
          <TextSizeMenu zoom={settings.zoom} />
        </Row>
      )}
      <ChoiceRow
        name={text('settings.sidebar')}
        note={text('settings.sidebar.note')}
        words={text('settings.sidebar.find')}
        keys={['sidebarFolded']}
        chosen={settings.sidebarFolded ? 'icons' : 'names'}
        options={[
          { value: 'names', text: text('settings.sidebar.names') },
          { value: 'icons', text: text('settings.sidebar.icons') },
        ]}
        onChange={(look) => {
          changeSettings({ sidebarFolded: look === 'icons' });
        }}
      />
      {!inBrowser && (
        <ChoiceRow
          name={text('settings.closing')}
          note={text('settings.closing.note')}
          words={text('settings.closing.find')}
          keys={['closing']}
          chosen={settings.closing}
          options={[
            { value: 'ask', text: text('settings.closing.ask') },
            { value: 'background', text: text('settings.closing.background') },
            { value: 'quit', text: text('settings.closing.quit') },
          ]}
          onChange={(closing) => {
            changeSettings({ closing });
          }}
        />
      )}
    </Group>
  );
}

function TextSizeMenu({ zoom }: { readonly zoom: number }) {
  const sizes = new Set<number>([...ZOOM_STEPS, zoom]);
  return (
    <MenuButton
      label={text('settings.text-size.change', { zoom })}
      entries={[...sizes]
        .sort((left, right) => left - right)
        .map((size) => ({ id: String(size), text: `${size} %` }))}
      selected={String(zoom)}
      onAction={(id) => {
        changeSettings({ zoom: Number(id) });
      }}
    >
      {zoom} % <span aria-hidden="true">▾</span>
    </MenuButton>
  );
}
