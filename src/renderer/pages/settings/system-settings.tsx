/** How Heddle lives on the desktop. */
import type { Settings } from '../../../common/model/settings';
import { changeSettings } from '../../state/settings';
import { ChoiceRow, Group, type RowProps } from './rows';

export function SystemSettings({ settings }: { readonly settings: Settings }) {
  return (
    <Group title="System">
      <OnOffRow
        name="Icon in the notification area"
        note="Closing the window leaves Heddle running behind its icon."
        words="tray background"
        setting="tray"
        settings={settings}
      />
      <OnOffRow
        name="Start when you sign in"
        note="Heddle starts in the background, without a window."
        words="login startup autostart session"
        setting="startsAtLogin"
        settings={settings}
      />
      <OnOffRow
        name="Offer URLs in the clipboard"
        note="When the window comes to the front and the clipboard holds only URLs, Heddle offers to download them."
        words="copy paste"
        setting="offersClipboard"
        settings={settings}
      />
    </Group>
  );
}

interface OnOffRowProps extends Pick<RowProps, 'name' | 'note' | 'words'> {
  readonly setting: 'tray' | 'startsAtLogin' | 'offersClipboard';
  readonly settings: Settings;
}

function OnOffRow({ setting, settings, ...row }: OnOffRowProps) {
  return (
    <ChoiceRow
      {...row}
      keys={[setting]}
      chosen={settings[setting] ? 'on' : 'off'}
      options={[
        { value: 'off', text: 'Off' },
        { value: 'on', text: 'On' },
      ]}
      onChange={(chosen) => {
        changeSettings({ [setting]: chosen === 'on' });
      }}
    />
  );
}
