import { ZOOM_STEPS, type Settings } from '../../../common/model/settings';
import { MenuButton } from '../../components/menu';
import { changeSettings } from '../../state/settings';
import { ChoiceRow, Group, Row } from './rows';

export function WindowSettings({ settings }: { readonly settings: Settings }) {
  return (
    <Group title="Window">
      <ChoiceRow
        name="Theme"
        note="System follows the dark or light look of your desktop."
        words="dark light colours colors"
        keys={['theme']}
        chosen={settings.theme}
        options={[
          { value: 'system', text: 'System' },
          { value: 'dark', text: 'Dark' },
          { value: 'light', text: 'Light' },
        ]}
        onChange={(theme) => {
          changeSettings({ theme });
        }}
      />
      <Row
        name="Text size"
        note="The size of everything in the window. Ctrl+= and Ctrl+− change it, too."
        words="zoom font larger smaller scale"
        keys={['zoom']}
      >
        <TextSizeMenu zoom={settings.zoom} />
      </Row>
      <ChoiceRow
        name="Sidebar"
        note="Icons only leaves more room for the lists. Narrow windows always show icons only."
        words="fold collapse pages"
        keys={['sidebarFolded']}
        chosen={settings.sidebarFolded ? 'icons' : 'names'}
        options={[
          { value: 'names', text: 'Icons and names' },
          { value: 'icons', text: 'Icons only' },
        ]}
        onChange={(look) => {
          changeSettings({ sidebarFolded: look === 'icons' });
        }}
      />
      <ChoiceRow
        name="When the window is closed while jobs run"
        note="Jobs can go on in the background without the window, or be paused until the next start."
        words="quit exit tray background"
        keys={['closing']}
        chosen={settings.closing}
        options={[
          { value: 'ask', text: 'Ask' },
          { value: 'background', text: 'Keep running' },
          { value: 'quit', text: 'Pause and quit' },
        ]}
        onChange={(closing) => {
          changeSettings({ closing });
        }}
      />
    </Group>
  );
}

function TextSizeMenu({ zoom }: { readonly zoom: number }) {
  const sizes = new Set<number>([...ZOOM_STEPS, zoom]);
  return (
    <MenuButton
      label={`Text size: ${zoom} %, change`}
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
