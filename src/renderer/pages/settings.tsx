import { useEffect, useId, useState, type ReactNode } from 'react';
import { readProxyAddress } from '../../common/model/proxy-address';
import type { Settings } from '../../common/model/settings';
import { Button } from '../components/button';
import { Segmented } from '../components/segmented';
import { PickButton } from '../dialogs/fields';
import { HowManyMenu, ModeSwitch } from '../kind-page/page-header';
import { AllSpeedMenu } from '../kind-page/speed-menu';
import { SETTING_KINDS, WORDS } from '../kinds';
import { watchJob } from '../state/frames';
import { changeSettings, useInfo, useSettings } from '../state/settings';
import pageStyles from './page.module.css';
import styles from './settings.module.css';

export function SettingsPage() {
  const settings = useSettings();
  useEffect(() => {
    watchJob(null);
  }, []);
  return (
    <div className={pageStyles['page']}>
      <header className={pageStyles['header']}>
        <h1 className={pageStyles['title']}>Settings</h1>
      </header>
      {settings !== null && (
        // Scrolls, and so has to be reachable by keyboard.
        <div className={styles['scroller']} role="region" aria-label="All settings" tabIndex={0}>
          <div className={styles['content']}>
            <NewJobs />
            <Downloads settings={settings} />
            <Look settings={settings} />
            <About />
          </div>
        </div>
      )}
    </div>
  );
}

interface RowProps {
  readonly name: string;
  readonly note?: string;
  readonly children: ReactNode;
}

function Row({ name, note, children }: RowProps) {
  return (
    <div className={styles['row']}>
      <div className={styles['text']}>
        <p>{name}</p>
        {note !== undefined && <p className={styles['note']}>{note}</p>}
      </div>
      <div className={styles['controls']}>{children}</div>
    </div>
  );
}

function Group({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const id = useId();
  return (
    <section className={styles['group']} aria-labelledby={id}>
      <h2 id={id} className={styles['heading']}>
        {title}
      </h2>
      {children}
    </section>
  );
}

function NewJobs() {
  return (
    <Group title="New jobs">
      {SETTING_KINDS.map((kind) => (
        <Row key={kind} name={kind === 'hash' ? 'Hash and verify' : WORDS[kind].title}>
          <ModeSwitch kind={kind} />
          <HowManyMenu kind={kind} />
        </Row>
      ))}
    </Group>
  );
}

function Downloads({ settings }: { readonly settings: Settings }) {
  const info = useInfo();
  const folder = settings.downloadDirectory ?? info?.downloadsDirectory ?? '';
  return (
    <Group title="Downloads">
      <Row name="Folder" note={settings.downloadDirectory === null ? `${folder} (the system’s)` : folder}>
        {settings.downloadDirectory !== null && (
          <Button
            look="quiet"
            onPress={() => {
              changeSettings({ downloadDirectory: null });
            }}
          >
            Use the system’s
          </Button>
        )}
        <PickButton
          purpose="download-folder"
          onPick={(paths) => {
            if (paths[0] !== undefined) changeSettings({ downloadDirectory: paths[0] });
          }}
        >
          Choose…
        </PickButton>
      </Row>
      <Row name="Connections per host" note="The most that one host gets, over all downloads; 1 to 256.">
        <ConnectionsField key={settings.connectionsPerHost} value={settings.connectionsPerHost} />
      </Row>
      <Row name="Speed" note="Of all downloads together.">
        <AllSpeedMenu />
      </Row>
      <Row
        name="Proxy"
        note="An address like http://name:password@host:3128 or socks5h://host:1080; empty for what the system says."
      >
        <ProxyField key={settings.proxy} value={settings.proxy} />
      </Row>
      <Row
        name="Certificates"
        note={settings.caFile ?? 'The system’s certificates, plus an optional PEM file.'}
      >
        {settings.caFile !== null && (
          <Button
            look="quiet"
            onPress={() => {
              changeSettings({ caFile: null });
            }}
          >
            Forget
          </Button>
        )}
        <PickButton
          purpose="certificates"
          onPick={(paths) => {
            if (paths[0] !== undefined) changeSettings({ caFile: paths[0] });
          }}
        >
          Choose…
        </PickButton>
      </Row>
    </Group>
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

function Look({ settings }: { readonly settings: Settings }) {
  return (
    <Group title="Window">
      <Row name="Theme">
        <Segmented
          label="Theme"
          value={settings.theme}
          options={[
            { value: 'system', text: 'System' },
            { value: 'dark', text: 'Dark' },
            { value: 'light', text: 'Light' },
          ]}
          onChange={(theme) => {
            changeSettings({ theme });
          }}
        />
      </Row>
      <Row name="When the window is closed while jobs run">
        <Segmented
          label="When the window is closed while jobs run"
          value={settings.closing}
          options={[
            { value: 'ask', text: 'Ask' },
            { value: 'background', text: 'Keep running' },
            { value: 'quit', text: 'Pause and quit' },
          ]}
          onChange={(closing) => {
            changeSettings({ closing });
          }}
        />
      </Row>
    </Group>
  );
}

function About() {
  const info = useInfo();
  if (info === null) return null;
  const facts: readonly (readonly [string, string])[] = [
    ['Heddle', info.version],
    ['Electron', info.electron],
    ['Chromium', info.chromium],
    ['Node', info.node],
    ['SQLite', info.sqlite],
    ['System', `${info.platform}, ${info.cores} cores`],
    ['Data', info.dataDirectory],
  ];
  return (
    <Group title="About">
      {info.runtimeNote !== null && <p className={styles['runtime']}>{info.runtimeNote}</p>}
      <dl className={styles['facts']}>
        {facts.map(([name, value]) => (
          <div key={name} className={styles['fact']}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Group>
  );
}
