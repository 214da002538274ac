import { useState } from 'react';
import { readProxyAddress } from '../../../common/model/proxy-address';
import type { Settings } from '../../../common/model/settings';
import { text } from '../../../common/text/text';
import { PickButton } from '../../dialogs/fields';
import { AllSpeedMenu } from '../../kind-page/speed-menu';
import { changeSettings, useInfo } from '../../state/settings';
import { LimitSchedule } from './limit-schedule';
import { Group, NumberField, Row } from './rows';
import styles from './settings.module.css';

export function DownloadSettings({ settings }: { readonly settings: Settings }) {
  const info = useInfo();
  const remembered = Object.keys(settings.downloadOptions).length > 0;
  return (
    <Group title={text('settings.downloads')}>
      <Row
        name={text('settings.folder')}
        note={text('settings.folder.note')}
        value={
          settings.downloadDirectory ??
          text('settings.folder.system', { folder: info?.downloadsDirectory ?? '' })
        }
        words={text('settings.folder.find')}
        keys={['downloadDirectory']}
      >
        <PathButton purpose="download-folder" setting="downloadDirectory" />
      </Row>
      <Row
        name={text('settings.per-host')}
        note={text('settings.per-host.note')}
        words={text('settings.per-host.find')}
        keys={['connectionsPerHost']}
      >
        <NumberField
          key={settings.connectionsPerHost}
          label={text('settings.per-host')}
          value={settings.connectionsPerHost}
          least={1}
          most={256}
          onChange={(connectionsPerHost) => {
            changeSettings({ connectionsPerHost });
          }}
        />
      </Row>
      <Row
        name={text('settings.limit')}
        note={text('settings.limit.note')}
        words={text('settings.limit.find')}
        keys={['limitRate']}
      >
        <AllSpeedMenu />
      </Row>
      <Row
        name={text('settings.schedule')}
        note={text('settings.schedule.note')}
        words={text('settings.schedule.find')}
        keys={['limitSchedule']}
      >
        <LimitSchedule schedule={settings.limitSchedule} />
      </Row>
      <Row
        name={text('settings.proxy')}
        note={text('settings.proxy.note')}
        words={text('settings.proxy.find')}
        keys={['proxy']}
      >
        <ProxyField key={settings.proxy} value={settings.proxy} />
      </Row>
      <Row
        name={text('settings.certificates')}
        note={text('settings.certificates.note')}
        {...(settings.caFile === null ? {} : { value: settings.caFile })}
        words={text('settings.certificates.find')}
        keys={['caFile']}
      >
        <PathButton purpose="certificates" setting="caFile" />
      </Row>
      {remembered && (
        <Row name={text('settings.options')} note={text('settings.options.note')} keys={['downloadOptions']}>
          {null}
        </Row>
      )}
    </Group>
  );
}

interface PathButtonProps {
  readonly purpose: 'download-folder' | 'certificates';
  readonly setting: 'downloadDirectory' | 'caFile';
}

function PathButton({ purpose, setting }: PathButtonProps) {
  return (
    <PickButton
      purpose={purpose}
      onPick={([path]) => {
        if (path !== undefined) changeSettings({ [setting]: path });
      }}
    >
      {text('common.choose')}
    </PickButton>
  );
}

/** Stored when the field is left or Enter is pressed; what is no address is said to be none, and stays typed. */
function ProxyField({ value }: { readonly value: string | null }) {
  const [typed, setTyped] = useState(value ?? '');
  const proxy = typed.trim() === '' ? null : readProxyAddress(typed);
  const wrong = typed.trim() !== '' && proxy === null;
  const commit = (): void => {
    if (!wrong && proxy !== value) changeSettings({ proxy });
  };
  return (
    <input
      className={`${styles['field'] ?? ''} ${styles['wide'] ?? ''}`}
      aria-label={text('settings.proxy')}
      aria-invalid={wrong}
      placeholder="http://host:port"
      spellCheck={false}
      value={typed}
      onChange={(event) => {
        setTyped(event.target.value);
      }}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit();
      }}
    />
  );
}
