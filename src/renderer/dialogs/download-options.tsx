/** How a download is done, behind one *Options*. Closed it says in a line what is not as usual. */
import { useMemo } from 'react';
import { ALGORITHMS, ALGORITHM_NAMES, type CheckAlgorithm } from '../../common/model/digests';
import { EXISTING_POLICIES, LIST_FORMATS, LIST_FORMAT_NAMES } from '../../common/model/download';
import { DEFAULT_DOWNLOAD_OPTIONS } from '../../common/model/download-options';
import { formatRate } from '../../common/model/units';
import { visible } from '../../common/model/visible';
import { Button } from '../components/button';
import {
  EMPTY_OPTIONS,
  EXISTING_WORDS,
  optionsText,
  type OptionFaults,
  type OptionsDraft,
} from '../lib/download-draft';
import { plural } from '../lib/text';
import { connectionChoices } from '../kinds';
import { changeSettings, useInfo, useSettings } from '../state/settings';
import { Check } from './fields';
import { Choice, FieldsContext, FileField, Group, LinesField, TextField, useFields } from './option-fields';
import form from './form.module.css';
import styles from './download-options.module.css';

interface OptionsProps {
  readonly options: OptionsDraft;
  readonly faults: OptionFaults;
  /** Whether there is one address alone, which can be given a name and a checksum. */
  readonly isSingle: boolean;
  /** How many hosts a login would go to. */
  readonly hosts: number;
  readonly onChange: (options: OptionsDraft) => void;
}

export function DownloadOptionsField({ options, faults, isSingle, hosts, onChange }: OptionsProps) {
  const fields = useMemo(
    () => ({
      options,
      faults,
      change: (patch: Partial<OptionsDraft>) => {
        onChange({ ...options, ...patch });
      },
    }),
    [options, faults, onChange],
  );
  const text = visible(optionsText(options, isSingle));
  return (
    <details className={styles['options']}>
      <summary className={styles['summary']}>
        <span className={styles['title']}>Options</span>
        <span className={styles['summaryText']} title={text}>
          {text}
        </span>
      </summary>
      <FieldsContext value={fields}>
        <div className={styles['body']}>
          <FileFields isSingle={isSingle} />
          <LoginFields hosts={hosts} />
          <FailureFields />
          <NetworkFields />
          <CertificateFields />
          <div className={styles['foot']}>
            <p className={form['note']}>
              The next download begins with the same options, without what is secret or about one server.
            </p>
            <Button
              isDisabled={text === ''}
              onPress={() => {
                onChange(EMPTY_OPTIONS);
              }}
            >
              Reset
            </Button>
          </div>
        </div>
      </FieldsContext>
    </details>
  );
}

const EXISTING_CHOICES = EXISTING_POLICIES.map((value) => ({ value, text: EXISTING_WORDS[value] }));
const FORMAT_CHOICES = [
  { value: '', text: 'Detect' },
  ...LIST_FORMATS.map((value) => ({ value, text: capital(LIST_FORMAT_NAMES[value].replace(/^an? /u, '')) })),
] as const;
const SEGMENT_CHOICES = [1, 2, 4, 8, 16].map((count) => ({
  value: String(count),
  text: atMost(count),
}));

function FileFields({ isSingle }: { readonly isSingle: boolean }) {
  const { options, change } = useFields();
  const settings = useSettings();
  const info = useInfo();
  return (
    <Group title="Files and speed">
      <Choice
        label="Existing files"
        value={options.existing}
        choices={EXISTING_CHOICES}
        onChange={(existing) => {
          change({ existing });
        }}
      />
      <ConnectionsChoice />
      <TextField
        field="name"
        label="Name"
        placeholder={isSingle ? 'From the server' : 'For a single address'}
        disabled={!isSingle}
      />
      <TextField
        field="checksum"
        label="Checksum"
        placeholder={isSingle ? 'sha256=…' : 'For a single address'}
        disabled={!isSingle}
        mono
      />
      <TextField field="limitRate" label="Speed limit" placeholder={speedHint(settings?.limitRate ?? null)} />
      <Choice
        label="Compute digest"
        value={options.digests[0] ?? ''}
        choices={digestChoices(options.digests[0])}
        onChange={(algorithm) => {
          change({ digests: algorithm === '' ? [] : [algorithm] });
        }}
      />
      <TextField field="maxSize" label="Maximum file size" placeholder="Any, or 500M, 2G" />
      <TextField field="keepFree" label="Keep disk space free" placeholder="None, or 10G" />
      <Choice
        label="List format"
        value={options.format ?? ''}
        choices={FORMAT_CHOICES}
        onChange={(format) => {
          change({ format: format === '' ? null : format });
        }}
      />
      {/^(?:win32|darwin) /u.test(info?.platform ?? '') && (
        <div className={styles['wide']}>
          <Check
            checked={!options.unmarked}
            onChange={(marked) => {
              change({ unmarked: !marked });
            }}
          >
            Mark files as from the internet
          </Check>
        </div>
      )}
    </Group>
  );
}

/** The one of all new downloads, which the page's header shows. */
function ConnectionsChoice() {
  const settings = useSettings();
  if (settings === null) return null;
  return (
    <Choice
      label="Connections"
      value={String(settings.connections)}
      choices={connectionChoices(settings.connections).map((count) => ({
        value: String(count),
        text: atMost(count),
      }))}
      onChange={(count) => {
        changeSettings({ connections: Number(count) });
      }}
    />
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function atMost(count: number): string {
  return count === 1 ? 'One' : `At most ${count}`;
}

function digestChoices(chosen: CheckAlgorithm | undefined) {
  const usual: readonly CheckAlgorithm[] = ALGORITHMS;
  const all = chosen === undefined || usual.includes(chosen) ? usual : [...usual, chosen];
  return [
    { value: '', text: 'None' },
    ...all.map((value) => ({ value, text: ALGORITHM_NAMES[value] })),
  ] as const;
}

function speedHint(rate: number | null): string {
  return rate === null ? 'None, or 500K, 2M' : `${formatRate(rate)} in total`;
}

function LoginFields({ hosts }: { readonly hosts: number }) {
  const { options } = useFields();
  const isSent = options.user !== '' || options.bearer.trim() !== '' || options.headers.trim() !== '';
  return (
    <Group title="Login and headers">
      <TextField field="user" label="Login" placeholder="Name" />
      <TextField field="password" label="Password" secret />
      <LinesField field="headers" label="Headers" placeholder="Referer: https://…" />
      <TextField field="bearer" label="Token" placeholder="Instead of a login" secret />
      <FileField field="cookies" purpose="cookies" label="Cookies" none="From cookies.txt…" />
      <FileField field="netrc" purpose="logins" label="Logins per host" none="From .netrc…" />
      <TextField field="userAgent" label="User agent" placeholder="Heddle" />
      {isSent && hosts > 1 && (
        <p className={styles['warning']} role="status">
          The login and headers go to all {plural(hosts, 'host', 'hosts')} of this download. A .netrc file has
          a login for each host.
        </p>
      )}
    </Group>
  );
}

function FailureFields() {
  const { options, change } = useFields();
  const { retries, retryBaseMs } = DEFAULT_DOWNLOAD_OPTIONS;
  return (
    <Group title="When a download fails">
      <TextField field="retries" label="Retries" placeholder={String(retries)} numeric />
      <TextField field="retryOn" label="Also retry on" placeholder="Statuses: 403, 5xx" />
      <TextField
        field="retryBase"
        label="First retry delay, ms"
        placeholder={`Up to ${retryBaseMs}, then doubled`}
        numeric
      />
      <div className={styles['wide']}>
        <Check
          checked={options.retryAll}
          onChange={(retryAll) => {
            change({ retryAll });
          }}
        >
          Also retry POST and PATCH
        </Check>
      </div>
    </Group>
  );
}

function NetworkFields() {
  const { options, change } = useFields();
  const settings = useSettings();
  const { connectMs, headersMs, stallMs } = DEFAULT_DOWNLOAD_OPTIONS;
  const seconds = (ms: number): string => `${ms / 1000}`;
  return (
    <Group title="Network">
      <TextField
        field="proxy"
        label="Proxy"
        placeholder={settings?.proxy == null ? 'From the system' : 'From Settings'}
      />
      <TextField field="connectTimeout" label="Connect timeout, s" placeholder={seconds(connectMs)} />
      <Choice
        label="Connections per file"
        value={String(options.segments)}
        choices={SEGMENT_CHOICES}
        onChange={(segments) => {
          change({ segments: Number(segments) });
        }}
      />
      <TextField field="headerTimeout" label="Response timeout, s" placeholder={seconds(headersMs)} />
      <TextField
        field="connectionsPerHost"
        label="Connections per host"
        placeholder={settings === null ? '' : `At most ${settings.connectionsPerHost}`}
        numeric
      />
      <TextField field="stallTimeout" label="Stall timeout, s" placeholder={seconds(stallMs)} />
    </Group>
  );
}

function CertificateFields() {
  const { options, change } = useFields();
  const settings = useSettings();
  return (
    <Group title="Certificates">
      <FileField
        field="caFile"
        purpose="certificates"
        label="Additional CA certificates"
        none={settings?.caFile == null ? 'A PEM file…' : 'From Settings'}
      />
      <FileField field="certFile" purpose="certificates" label="Client certificate" none="PEM or PKCS #12…" />
      <FileField field="keyFile" purpose="certificates" label="Private key" none="In the certificate file" />
      <TextField field="keyPassword" label="Key password" secret />
      <div className={styles['wide']}>
        <Check
          checked={options.insecure}
          onChange={(insecure) => {
            change({ insecure });
          }}
        >
          Do not verify server certificates (insecure)
        </Check>
      </div>
      {options.insecure && (
        <p className={styles['warning']} role="status">
          Anyone on the way can then read and change what comes.
        </p>
      )}
    </Group>
  );
}
