/** Programs that download by Heddle as they would by aria2. */
import { useState } from 'react';
import type { Settings } from '../../../common/model/settings';
import { text } from '../../../common/text/text';
import { Button } from '../../components/button';
import { putOnClipboard } from '../../lib/clipboard';
import { announce } from '../../state/notices';
import { changeSettings } from '../../state/settings';
import { ChoiceRow, Group, Row } from './rows';
import { WebSettings } from './web-settings';
import styles from './settings.module.css';

export function RpcSettings({ settings }: { readonly settings: Settings }) {
  const { rpc } = settings;
  return (
    <Group title={text('settings.rpc.group')}>
      <WebSettings settings={settings} />
      <ChoiceRow
        name={text('settings.rpc')}
        note={text('settings.rpc.note')}
        words={text('settings.rpc.find')}
        keys={['rpc']}
        chosen={rpc.on ? 'on' : 'off'}
        options={[
          { value: 'off', text: text('common.off') },
          { value: 'on', text: text('common.on') },
        ]}
        onChange={(chosen) => {
          changeSettings({ rpc: { ...rpc, on: chosen === 'on' } });
        }}
      />
      {rpc.on && (
        <>
          <Row name={text('settings.rpc.port')} note={text('settings.rpc.port.note')} keys={[]}>
            <PortField key={rpc.port} rpc={rpc} />
          </Row>
          <SecretRow rpc={rpc} />
        </>
      )}
    </Group>
  );
}

interface RpcProps {
  readonly rpc: Settings['rpc'];
}

/** Stored when the field is left or Enter is pressed; a number out of range is taken back. */
function PortField({ rpc }: RpcProps) {
  const [typed, setTyped] = useState(String(rpc.port));
  const commit = (): void => {
    const port = Number(typed);
    if (Number.isInteger(port) && port >= 1024 && port <= 65_535) {
      if (port !== rpc.port) changeSettings({ rpc: { ...rpc, port } });
    } else {
      setTyped(String(rpc.port));
    }
  };
  return (
    <input
      type="number"
      min={1024}
      max={65_535}
      className={`${styles['field'] ?? ''} ${styles['number'] ?? ''}`}
      aria-label={text('settings.rpc.port')}
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

/** It is on the screen only while the user looks at it. */
function SecretRow({ rpc }: RpcProps) {
  const [isShown, setIsShown] = useState(false);
  const secret = rpc.secret ?? '';
  return (
    <Row
      name={text('settings.rpc.secret')}
      note={text('settings.rpc.secret.note')}
      {...(isShown ? { value: secret } : {})}
      keys={[]}
    >
      <Button
        look="quiet"
        onPress={() => {
          setIsShown(!isShown);
        }}
      >
        {text(isShown ? 'settings.rpc.hide' : 'settings.rpc.show')}
      </Button>
      <Button
        onPress={() => {
          void putOnClipboard(secret).then(() => {
            announce(text('settings.rpc.copied'));
          });
        }}
      >
        {text('settings.rpc.copy')}
      </Button>
      <Button
        onPress={() => {
          // The next one is made where it is kept.
          changeSettings({ rpc: { ...rpc, secret: null } });
          announce(text('settings.rpc.renewed'));
        }}
      >
        {text('settings.rpc.renew')}
      </Button>
    </Row>
  );
}
