/** Programs that download by Heddle as they would by aria2. */
import { useState } from 'react';
import type { Settings } from '../../../common/model/settings';
import { text } from '../../../common/text/text';
import { Button } from '../../components/button';
import { putOnClipboard } from '../../lib/clipboard';
import { announce } from '../../state/notices';
import { changeSettings } from '../../state/settings';
import { Group, NumberField, OnOffRow, Row } from './rows';
import { WebSettings } from './web-settings';

export function RpcSettings({ settings }: { readonly settings: Settings }) {
  const { rpc } = settings;
  return (
    <Group title={text('settings.rpc.group')}>
      <WebSettings settings={settings} />
      <OnOffRow
        name={text('settings.rpc')}
        note={text('settings.rpc.note')}
        words={text('settings.rpc.find')}
        keys={['rpc']}
        isOn={rpc.on}
        onChange={(on) => {
          changeSettings({ rpc: { ...rpc, on } });
        }}
      />
      {rpc.on && (
        <>
          <Row name={text('settings.rpc.port')} note={text('settings.rpc.port.note')} keys={[]}>
            <NumberField
              key={rpc.port}
              label={text('settings.rpc.port')}
              value={rpc.port}
              least={1024}
              most={65_535}
              onChange={(port) => {
                changeSettings({ rpc: { ...rpc, port } });
              }}
            />
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
