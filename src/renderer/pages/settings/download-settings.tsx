import { useState } from 'react';
import { readProxyAddress } from '../../../common/model/proxy-address';
import type { Settings } from '../../../common/model/settings';
import { PickButton } from '../../dialogs/fields';
import { AllSpeedMenu } from '../../kind-page/speed-menu';
import { changeSettings, useInfo } from '../../state/settings';
import { LimitSchedule } from './limit-schedule';
import { Group, Row } from './rows';
import styles from './settings.module.css';

export function DownloadSettings({ settings }: { readonly settings: Settings }) {
  const info = useInfo();
  const remembered = Object.keys(settings.downloadOptions).length > 0;
  return (
    <Group title="Downloads">
      <Row
        name="Folder"
        note="Where new downloads are saved unless you choose another folder."
        value={
          settings.downloadDirectory ?? `${info?.downloadsDirectory ?? ''} (your system’s Downloads folder)`
        }
        words="save in directory"
        keys={['downloadDirectory']}
      >
        <PathButton purpose="download-folder" setting="downloadDirectory" />
      </Row>
      <Row
        name="Connections per host"
        note="The most connections to one host at a time, over all downloads: 1 to 256."
        words="server limit"
        keys={['connectionsPerHost']}
      >
        <ConnectionsField key={settings.connectionsPerHost} value={settings.connectionsPerHost} />
      </Row>
      <Row
        name="Speed limit"
        note="The most that all downloads together may use. A download can have a limit of its own."
        words="bandwidth rate throttle"
        keys={['limitRate']}
      >
        <AllSpeedMenu />
      </Row>
      <Row
        name="Scheduled speed limit"
        note="A different limit for some hours of each day, such as working hours or the night."
        words="time night hours of the day"
        keys={['limitSchedule']}
      >
        <LimitSchedule schedule={settings.limitSchedule} />
      </Row>
      <Row
        name="Proxy"
        note="An address like http://name:password@host:3128 or socks5h://host:1080. Leave empty to use the system’s proxy."
        words="socks http"
        keys={['proxy']}
      >
        <ProxyField key={settings.proxy} value={settings.proxy} />
      </Row>
      <Row
        name="Certificates"
        note="A PEM file with certificates to trust in addition to the system’s."
        {...(settings.caFile === null ? {} : { value: settings.caFile })}
        words="ca tls https authority"
        keys={['caFile']}
      >
        <PathButton purpose="certificates" setting="caFile" />
      </Row>
      {remembered && (
        <Row
          name="Options of new downloads"
          note="The New download dialog starts with the options that you chose last."
          keys={['downloadOptions']}
        >
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
      Choose…
    </PickButton>
  );
}

/** Stored when the field is left or Enter is pressed; a number out of range is taken back. */
function ConnectionsField({ value }: { readonly value: number }) {
  const [typed, setTyped] = useState(String(value));
  const commit = (): void => {
    const number = Number(typed);
    if (Number.isInteger(number) && number >= 1 && number <= 256) {
      if (number !== value) changeSettings({ connectionsPerHost: number });
    } else {
      setTyped(String(value));
    }
  };
  return (
    <input
      type="number"
      min={1}
      max={256}
      className={`${styles['field'] ?? ''} ${styles['number'] ?? ''}`}
      aria-label="Connections per host"
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
      aria-label="Proxy"
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
