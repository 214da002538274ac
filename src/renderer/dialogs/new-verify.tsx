import { useId } from 'react';
import { ALGORITHMS, ALGORITHM_NAMES } from '../../common/model/digests';
import type { JobRequest } from '../../common/model/job-request';
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
      start={folders ? 'Compare' : 'Verify'}
      onStart={() => {
        if (asked !== null) creation.create(asked);
      }}
    >
      <div className={styles['line']}>
        <Segmented
          label="What is compared"
          value={draft.against}
          options={[
            { value: 'manifest', text: 'Files against a manifest' },
            { value: 'folders', text: 'Two folders' },
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
  if (against === 'manifest') return manifest === '' ? 'Choose a manifest.' : null;
  if (left === '' || right === '') return 'Choose two folders.';
  return left === right ? 'The two folders are the same.' : null;
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
      <PathField draft={draft} field="left" label="Left" placeholder="The reference folder" />
      <PathField draft={draft} field="right" label="Right" placeholder="The folder to compare with it" />
    </>
  );
}

function ManifestFields({ draft }: { readonly draft: Draft }) {
  return (
    <>
      <PathField
        draft={draft}
        field="manifest"
        label="Manifest"
        placeholder="SHA256SUMS, files.sfv, manifest.json, bagit.txt…"
        purpose="manifest"
      />
      {!isBag(draft) && (
        <>
          <PathField
            draft={draft}
            field="root"
            label="Folder of the files"
            placeholder="The manifest’s own folder"
          />
          <Check
            checked={draft.strict}
            onChange={(strict) => {
              changeDraft('verify', { strict });
            }}
          >
            Strict: files that the manifest does not list are a difference
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
      <summary className={styles['summary']}>More</summary>
      <div className={styles['moreBody']}>
        <Check
          checked={draft.ignoreMissing}
          onChange={(ignoreMissing) => {
            changeDraft('verify', { ignoreMissing });
          }}
        >
          Pass over listed files that are not there
        </Check>
        {!isBag(draft) && (
          <>
            <Select
              id={`${id}-algorithm`}
              label="Algorithm, if the manifest does not say"
              value={draft.algorithm ?? TOLD}
              options={[
                { value: TOLD, text: 'Detect from the digests' },
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
              Open files outside of the folder, if the manifest lists them
            </Check>
          </>
        )}
      </div>
    </details>
  );
}
