/** How Heddle lives on the desktop. */
import type { Settings } from '../../../common/model/settings';
import { Segmented } from '../../components/segmented';
import { changeSettings } from '../../state/settings';
import { Group, Row } from './rows';

export function SystemSettings({ settings }: { readonly settings: Settings }) {
  return (
    <Group title="System">
      <Row
        name="Icon in the notification area"
        note="Closing the window leaves Heddle running behind its icon."
        words="tray background"
        keys={['tray']}
      >
        <OnOff
          label="Icon in the notification area"
          value={settings.tray}
          onChange={(tray) => {
            changeSettings({ tray });
          }}
        />
      </Row>
      <Row
        name="Start when you sign in"
        note="Heddle starts in the background, without a window."
        words="login startup autostart session"
        keys={['startsAtLogin']}
      >
        <OnOff
          label="Start when you sign in"
          value={settings.startsAtLogin}
          onChange={(startsAtLogin) => {
            changeSettings({ startsAtLogin });
          }}
        />
      </Row>
      <Row
        name="Offer URLs in the clipboard"
        note="When the window comes to the front and the clipboard holds only URLs, Heddle offers to download them."
        words="copy paste"
        keys={['offersClipboard']}
      >
        <OnOff
          label="Offer URLs in the clipboard"
          value={settings.offersClipboard}
          onChange={(offersClipboard) => {
            changeSettings({ offersClipboard });
          }}
        />
      </Row>
    </Group>
  );
}

interface OnOffProps {
  readonly label: string;
  readonly value: boolean;
  readonly onChange: (value: boolean) => void;
}

function OnOff({ label, value, onChange }: OnOffProps) {
  return (
    <Segmented
      label={label}
      value={value ? 'on' : 'off'}
      options={[
        { value: 'off', text: 'Off' },
        { value: 'on', text: 'On' },
      ]}
      onChange={(chosen) => {
        onChange(chosen === 'on');
      }}
    />
  );
}
