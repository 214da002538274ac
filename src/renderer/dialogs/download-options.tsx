/** How a download is done, behind one *Options*. Closed it says in a line what is not as usual. */
import { useMemo } from 'react';
import { ALGORITHMS, ALGORITHM_NAMES, type CheckAlgorithm } from '../../common/model/digests';
import { EXISTING_POLICIES, LIST_FORMATS } from '../../common/model/download';
import { DEFAULT_DOWNLOAD_OPTIONS } from '../../common/model/download-options';
import { formatCount, formatRate } from '../../common/model/units';
import { visible } from '../../common/model/visible';
import { text } from '../../common/text/text';
import { Button } from '../components/button';
import { EMPTY_OPTIONS, optionsText, type OptionFaults, type OptionsDraft } from '../lib/download-draft';
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
  const summary = visible(optionsText(options, isSingle));
  return (
    <details className={styles['options']}>
      <summary className={styles['summary']}>
        <span className={styles['title']}>{text('options.title')}</span>
        <span className={styles['summaryText']} title={summary}>
          {summary}
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
            <p className={form['note']}>{text('options.note')}</p>
            <Button
              isDisabled={summary === ''}
              onPress={() => {
                onChange(EMPTY_OPTIONS);
              }}
            >
              {text('options.reset')}
            </Button>
          </div>
        </div>
      </FieldsContext>
    </details>
  );
}

const SEGMENT_CHOICES = [1, 2, 4, 8, 16] as const;

function existingChoices() {
  return EXISTING_POLICIES.map((value) => ({ value, text: text(`options.existing.${value}`) }));
}

function formatChoices() {
  return [
    { value: '', text: text('options.format.detect') },
    ...LIST_FORMATS.map((value) => ({ value, text: text(`format.${value}`) })),
  ] as const;
}

function atMostChoices(counts: readonly number[]) {
  return counts.map((count) => ({ value: String(count), text: text('options.at-most', { count }) }));
}

function FileFields({ isSingle }: { readonly isSingle: boolean }) {
  const { options, change } = useFields();
  const settings = useSettings();
  const info = useInfo();
  return (
    <Group title={text('options.files')}>
      <Choice
        label={text('options.existing')}
        value={options.existing}
        choices={existingChoices()}
        onChange={(existing) => {
          change({ existing });
        }}
      />
      <ConnectionsChoice />
      <TextField
        field="name"
        label={text('options.name')}
        placeholder={text(isSingle ? 'options.name.hint' : 'options.single')}
        disabled={!isSingle}
      />
      <TextField
        field="checksum"
        label={text('options.checksum')}
        placeholder={isSingle ? 'sha256=…' : text('options.single')}
        disabled={!isSingle}
        mono
      />
      <TextField
        field="limitRate"
        label={text('options.limit')}
        placeholder={speedHint(settings?.limitRate ?? null)}
      />
      <Choice
        label={text('options.digest')}
        value={options.digests[0] ?? ''}
        choices={digestChoices(options.digests[0])}
        onChange={(algorithm) => {
          change({ digests: algorithm === '' ? [] : [algorithm] });
        }}
      />
      <TextField
        field="maxSize"
        label={text('options.max-size')}
        placeholder={text('options.max-size.hint')}
      />
      <TextField
        field="keepFree"
        label={text('options.keep-free')}
        placeholder={text('options.keep-free.hint')}
      />
      <Choice
        label={text('options.format')}
        value={options.format ?? ''}
        choices={formatChoices()}
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
            {text('options.mark')}
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
      label={text('options.connections')}
      value={String(settings.connections)}
      choices={atMostChoices(connectionChoices(settings.connections))}
      onChange={(count) => {
        changeSettings({ connections: Number(count) });
      }}
    />
  );
}

function digestChoices(chosen: CheckAlgorithm | undefined) {
  const usual: readonly CheckAlgorithm[] = ALGORITHMS;
  const all = chosen === undefined || usual.includes(chosen) ? usual : [...usual, chosen];
  return [
    { value: '', text: text('options.digest.no') },
    ...all.map((value) => ({ value, text: ALGORITHM_NAMES[value] })),
  ] as const;
}

function speedHint(rate: number | null): string {
  return rate === null ? text('options.limit.hint') : text('options.limit.total', { rate: formatRate(rate) });
}

function LoginFields({ hosts }: { readonly hosts: number }) {
  const { options } = useFields();
  const isSent = options.user !== '' || options.bearer.trim() !== '' || options.headers.trim() !== '';
  return (
    <Group title={text('options.login-group')}>
      <TextField field="user" label={text('options.login')} placeholder={text('options.login.hint')} />
      <TextField field="password" label={text('options.password')} secret />
      <LinesField field="headers" label={text('options.headers')} placeholder="Referer: https://…" />
      <TextField
        field="bearer"
        label={text('options.token')}
        placeholder={text('options.token.hint')}
        secret
      />
      <FileField
        field="cookies"
        purpose="cookies"
        label={text('options.cookies')}
        none={text('options.cookies.hint')}
      />
      <FileField
        field="netrc"
        purpose="logins"
        label={text('options.netrc')}
        none={text('options.netrc.hint')}
      />
      <TextField field="userAgent" label={text('options.user-agent')} placeholder="Heddle" />
      {isSent && hosts > 1 && (
        <p className={styles['warning']} role="status">
          {text('options.login.all-hosts', { count: hosts })}
        </p>
      )}
    </Group>
  );
}

function FailureFields() {
  const { options, change } = useFields();
  const { retries, retryBaseMs } = DEFAULT_DOWNLOAD_OPTIONS;
  return (
    <Group title={text('options.failures')}>
      <TextField field="retries" label={text('options.retries')} placeholder={String(retries)} numeric />
      <TextField
        field="retryOn"
        label={text('options.retry-on')}
        placeholder={text('options.retry-on.hint')}
      />
      <TextField
        field="retryBase"
        label={text('options.retry-base')}
        placeholder={text('options.retry-base.hint', { ms: formatCount(retryBaseMs) })}
        numeric
      />
      <div className={styles['wide']}>
        <Check
          checked={options.retryAll}
          onChange={(retryAll) => {
            change({ retryAll });
          }}
        >
          {text('options.retry-all')}
        </Check>
      </div>
    </Group>
  );
}

function NetworkFields() {
  const { options, change } = useFields();
  const settings = useSettings();
  const { connectMs, headersMs, stallMs } = DEFAULT_DOWNLOAD_OPTIONS;
  const seconds = (ms: number): string => formatCount(ms / 1000);
  return (
    <Group title={text('options.network')}>
      <TextField
        field="proxy"
        label={text('options.proxy')}
        placeholder={text(settings?.proxy == null ? 'options.from-system' : 'options.from-settings')}
      />
      <TextField
        field="connectTimeout"
        label={text('options.connect-timeout')}
        placeholder={seconds(connectMs)}
      />
      <Choice
        label={text('options.segments')}
        value={String(options.segments)}
        choices={atMostChoices(SEGMENT_CHOICES)}
        onChange={(segments) => {
          change({ segments: Number(segments) });
        }}
      />
      <TextField
        field="headerTimeout"
        label={text('options.header-timeout')}
        placeholder={seconds(headersMs)}
      />
      <TextField
        field="connectionsPerHost"
        label={text('options.per-host')}
        placeholder={
          settings === null ? '' : text('options.per-host.hint', { count: settings.connectionsPerHost })
        }
        numeric
      />
      <TextField field="stallTimeout" label={text('options.stall-timeout')} placeholder={seconds(stallMs)} />
    </Group>
  );
}

function CertificateFields() {
  const { options, change } = useFields();
  const settings = useSettings();
  return (
    <Group title={text('options.certificates')}>
      <FileField
        field="caFile"
        purpose="certificates"
        label={text('options.ca')}
        none={text(settings?.caFile == null ? 'options.ca.hint' : 'options.from-settings')}
      />
      <FileField
        field="certFile"
        purpose="certificates"
        label={text('options.certificate')}
        none={text('options.certificate.hint')}
      />
      <FileField
        field="keyFile"
        purpose="certificates"
        label={text('options.key')}
        none={text('options.key.hint')}
      />
      <TextField field="keyPassword" label={text('options.key-password')} secret />
      <div className={styles['wide']}>
        <Check
          checked={options.insecure}
          onChange={(insecure) => {
            change({ insecure });
          }}
        >
          {text('options.insecure')}
        </Check>
      </div>
      {options.insecure && (
        <p className={styles['warning']} role="status">
          {text('options.insecure.note')}
        </p>
      )}
    </Group>
  );
}
