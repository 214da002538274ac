/** How Heddle lives on the desktop. */
import type { Settings } from '../../../common/model/settings';
import { text } from '../../../common/text/text';
import { changeSettings, useInfo } from '../../state/settings';
import { ChoiceRow, Group } from './rows';

export function SystemSettings({ settings }: { readonly settings: Settings }) {
  // A build without an address has nobody to ask.
  const hasUpdates = useInfo()?.hasUpdates === true;
  return (
    <Group title={text('settings.system')}>
      <OnOffRow setting="tray" settings={settings} />
      <OnOffRow setting="startsAtLogin" settings={settings} />
      <OnOffRow setting="offersClipboard" settings={settings} />
      {hasUpdates && <OnOffRow setting="checksForUpdates" settings={settings} />}
    </Group>
  );
}

interface OnOffRowProps {
  readonly setting: 'tray' | 'startsAtLogin' | 'offersClipboard' | 'checksForUpdates';
  readonly settings: Settings;
}

function OnOffRow({ setting, settings }: OnOffRowProps) {
  return (
    <ChoiceRow
      name={text(`settings.${setting}`)}
      note={text(`settings.${setting}.note`)}
      words={text(`settings.${setting}.find`)}
      keys={[setting]}
      chosen={settings[setting] ? 'on' : 'off'}
      options={[
        { value: 'off', text: text('common.off') },
        { value: 'on', text: text('common.on') },
      ]}
      onChange={(chosen) => {
        changeSettings({ [setting]: chosen === 'on' });
      }}
    />
  );
}
