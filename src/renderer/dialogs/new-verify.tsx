import { useId } from 'react';
import { ALGORITHMS, ALGORITHM_NAMES } from '../../common/model/digests';
import type { JobRequest } from '../../common/model/job-request';
import { text } from '../../common/text/text';
import { Segmented } from '../components/segmented';
import { rulesFault, rulesOf } from '../lib/rules-draft';
import { changeDraft, draftsStore, type Drafts } from '../state/drafts';
import { useSettings } from '../state/settings';
import { useStore } from '../state/store';
import { Check, FolderField, HowField, Select } from './fields';
import { NewJobDialog, useCreation } from './new-job-dialog';
import { RulesField } from './rules-field';
import styles from './form.module.css';

type Draft = Drafts['verify'];

export function NewVerify() {
  const draft = useStore(draftsStore, (drafts) => drafts.verify);
  const settings = useSettings();
  const creation = useCreation('verify');
  const folders = draft.against === 'folders';
  const bag = !folders && isBag(draft);
  const missing = missingOf(draft) ?? rulesFault(draft.rules);

  const { manifest, root, left, right, strict, ignoreMissing, outside, algorithm } = draft;
  const asked: JobRequest | null =
    settings === null
      ? null
      : {
          kind: 'verify',
          ...settings.hash,
          ...(folders
            ? { manifest: left, root: right }
            : bag
              ? { manifest, root: null, ignoreMissing }
              : { manifest, root: root === '' ? null : root, strict, ignoreMissing, outside, algorithm }),
          rules: rulesOf(draft.rules),
        };
  return (
    <NewJobDialog
      kind="verify"
      creation={creation}
      error={creation.error}
      missing={missing}
      request={asked}
      start={text(folders ? 'verify.start-folders' : 'verify.start')}
      onStart={() => {
        if (asked !== null) creation.create(asked);
      }}
    >
      <div className={styles['line']}>
        <Segmented
          label={text('verify.what')}
          value={draft.against}
          options={[
            { value: 'manifest', text: text('verify.manifest') },
            { value: 'folders', text: text('verify.folders') },
          ]}
          onChange={(against) => {
            changeDraft('verify', { against });
          }}
        />
      </div>
      {folders ? <FolderFields draft={draft} /> : <ManifestFields draft={draft} />}
      <RulesField
        rules={draft.rules}
        usualLinks="skip"
        walks={folders || draft.strict || bag}
        onChange={(rules) => {
          changeDraft('verify', { rules });
        }}
      />
      {!folders && <MoreFields draft={draft} />}
      <HowField kind="verify" />
    </NewJobDialog>
  );
}

/** A bag says itself what is in it. */
function isBag({ manifest }: Draft): boolean {
  return /[/\\]bagit\.txt$/u.test(manifest);
}

function missingOf({ against, manifest, left, right }: Draft): string | null {
  if (against === 'manifest') return manifest === '' ? text('verify.choose-manifest') : null;
  if (left === '' || right === '') return text('verify.choose-folders');
  return left === right ? text('verify.same-folder') : null;
}

interface PathFieldProps {
  readonly draft: Draft;
  readonly field: 'left' | 'right' | 'manifest' | 'root';
  readonly label: string;
  readonly placeholder: string;
  readonly purpose?: 'folder' | 'manifest';
}

function PathField({ draft, field, label, placeholder, purpose = 'folder' }: PathFieldProps) {
  const recent = useSettings()?.recentFolders.sources ?? [];
  return (
    <FolderField
      id={useId()}
      label={label}
      value={draft[field]}
      placeholder={placeholder}
      purpose={purpose}
      recent={recent}
      error={null}
      onChange={(path) => {
        changeDraft('verify', { [field]: path });
      }}
    />
  );
}

function FolderFields({ draft }: { readonly draft: Draft }) {
  return (
    <>
      <PathField
        draft={draft}
        field="left"
        label={text('verify.left')}
        placeholder={text('verify.left.hint')}
      />
      <PathField
        draft={draft}
        field="right"
        label={text('verify.right')}
        placeholder={text('verify.right.hint')}
      />
    </>
  );
}

function ManifestFields({ draft }: { readonly draft: Draft }) {
  return (
    <>
      <PathField
        draft={draft}
        field="manifest"
        label={text('verify.manifest-file')}
        placeholder={text('verify.manifest-file.hint')}
        purpose="manifest"
      />
      {!isBag(draft) && (
        <>
          <PathField
            draft={draft}
            field="root"
            label={text('verify.root')}
            placeholder={text('verify.root.hint')}
          />
          <Check
            checked={draft.strict}
            onChange={(strict) => {
              changeDraft('verify', { strict });
            }}
          >
            {text('verify.strict')}
          </Check>
        </>
      )}
    </>
  );
}

const TOLD = 'told';

function MoreFields({ draft }: { readonly draft: Draft }) {
  const id = useId();
  return (
    <details className={styles['more']}>
      <summary className={styles['summary']}>{text('dialog.more')}</summary>
      <div className={styles['moreBody']}>
        <Check
          checked={draft.ignoreMissing}
          onChange={(ignoreMissing) => {
            changeDraft('verify', { ignoreMissing });
          }}
        >
          {text('verify.ignore-missing')}
        </Check>
        {!isBag(draft) && (
          <>
            <Select
              id={`${id}-algorithm`}
              label={text('verify.algorithm')}
              value={draft.algorithm ?? TOLD}
              options={[
                { value: TOLD, text: text('verify.detect') },
                ...ALGORITHMS.map((algorithm) => ({ value: algorithm, text: ALGORITHM_NAMES[algorithm] })),
              ]}
              onChange={(value) => {
                changeDraft('verify', {
                  algorithm: ALGORITHMS.find((algorithm) => algorithm === value) ?? null,
                });
              }}
            />
            <Check
              checked={draft.outside}
              onChange={(outside) => {
                changeDraft('verify', { outside });
              }}
            >
              {text('verify.outside')}
            </Check>
          </>
        )}
      </div>
    </details>
  );
}
