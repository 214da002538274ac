/** How Heddle lives on the desktop. */
import type { Settings } from '../../../common/model/settings';
import { text } from '../../../common/text/text';
import { changeSettings, useInfo } from '../../state/settings';
import { Group, OnOffRow } from './rows';

export function SystemSettings({ settings }: { readonly settings: Settings }) {
  // A build without an address has nobody to ask.
  const hasUpdates = useInfo()?.hasUpdates === true;
  return (
    <Group title={text('settings.system')}>
      <SystemRow setting="tray" settings={settings} />
      <SystemRow setting="startsAtLogin" settings={settings} />
      <SystemRow setting="offersClipboard" settings={settings} />
      {hasUpdates && <SystemRow setting="checksForUpdates" settings={settings} />}
    </Group>
  );
}

interface SystemRowProps {
  readonly setting: 'tray' | 'startsAtLogin' | 'offersClipboard' | 'checksForUpdates';
  readonly settings: Settings;
}

function SystemRow({ setting, settings }: SystemRowProps) {
  return (
    <OnOffRow
      name={text(`settings.${setting}`)}
      note={text(`settings.${setting}.note`)}
      words={text(`settings.${setting}.find`)}
      keys={[setting]}
      isOn={settings[setting]}
      onChange={(isOn) => {
        changeSettings({ [setting]: isOn });
      }}
    />
  );
}
