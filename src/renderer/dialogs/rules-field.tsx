/** Which files of the chosen folders a job takes. Closed it says in a line what is not usual. */
import { useId } from 'react';
import { LINK_RULES, type LinkRule } from '../../common/model/walk-rules';
import { Segmented } from '../components/segmented';
import { isWrongSize, rulesText, type RulesDraft } from '../lib/rules-draft';
import { Check } from './fields';
import styles from './form.module.css';

const LINK_WORDS: Readonly<Record<LinkRule, string>> = {
  link: 'As links',
  follow: 'Follow',
  skip: 'Leave out',
};

interface RulesFieldProps {
  readonly rules: RulesDraft;
  /** What is done with links where nothing is chosen. */
  readonly usualLinks: LinkRule;
  /** Whether folders are gone through; else the rules are about files that a list names. */
  readonly walks?: boolean;
  readonly onChange: (rules: RulesDraft) => void;
}

export function RulesField({ rules, usualLinks, walks = true, onChange }: RulesFieldProps) {
  const id = useId();
  const change = (patch: Partial<RulesDraft>): void => {
    onChange({ ...rules, ...patch });
  };
  // Reading a link as a link gives no digest of a file.
  const links = LINK_RULES.filter((rule) => usualLinks === 'link' || rule !== 'link');
  return (
    <details className={styles['more']}>
      <summary className={styles['summary']}>
        Which files: <span className={styles['summaryText']}>{rulesText(rules, usualLinks)}</span>
      </summary>
      <div className={styles['moreBody']}>
        <div className={styles['pair']}>
          <GlobsField
            id={`${id}-include`}
            label="Include (one pattern per line)"
            placeholder="*.jpg"
            value={rules.include}
            onChange={(include) => {
              change({ include });
            }}
          />
          <GlobsField
            id={`${id}-exclude`}
            label="Exclude (one pattern per line)"
            placeholder="node_modules"
            value={rules.exclude}
            onChange={(exclude) => {
              change({ exclude });
            }}
          />
        </div>
        <div className={styles['wrap']}>
          <Check
            checked={rules.hidden}
            onChange={(hidden) => {
              change({ hidden });
            }}
          >
            Include hidden files
          </Check>
          <Check
            checked={rules.gitignore}
            onChange={(gitignore) => {
              change({ gitignore });
            }}
          >
            Respect .gitignore
          </Check>
          {walks && (
            <Check
              checked={rules.oneFileSystem}
              onChange={(oneFileSystem) => {
                change({ oneFileSystem });
              }}
            >
              Stay on one file system
            </Check>
          )}
        </div>
        {walks && (
          <div className={styles['wrap']}>
            <span className={styles['line']}>
              <span className={styles['label']}>Symbolic links</span>
              <Segmented
                label="Symbolic links"
                value={rules.links}
                options={links.map((rule) => ({ value: rule, text: LINK_WORDS[rule] }))}
                onChange={(chosen) => {
                  change({ links: chosen });
                }}
              />
            </span>
          </div>
        )}
        <div className={styles['line']}>
          <SizeField
            id={`${id}-min`}
            label="Size from"
            value={rules.minSize}
            onChange={(minSize) => {
              change({ minSize });
            }}
          />
          <SizeField
            id={`${id}-max`}
            label="up to"
            value={rules.maxSize}
            onChange={(maxSize) => {
              change({ maxSize });
            }}
          />
        </div>
      </div>
    </details>
  );
}

interface TextProps {
  readonly id: string;
  readonly label: string;
  readonly placeholder?: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
}

function GlobsField({ id, label, placeholder, value, onChange }: TextProps) {
  return (
    <div className={styles['field']}>
      <label className={styles['label']} htmlFor={id}>
        {label}
      </label>
      <textarea
        id={id}
        className={`${styles['area'] ?? ''} ${styles['globs'] ?? ''}`}
        value={value}
        placeholder={placeholder}
        spellCheck={false}
        wrap="off"
        onChange={(event) => {
          onChange(event.target.value);
        }}
      />
    </div>
  );
}

function SizeField({ id, label, value, onChange }: TextProps) {
  return (
    <span className={styles['line']}>
      <label className={styles['label']} htmlFor={id}>
        {label}
      </label>
      <input
        id={id}
        className={`${styles['input'] ?? ''} ${styles['size'] ?? ''}`}
        value={value}
        placeholder="any size"
        spellCheck={false}
        aria-invalid={isWrongSize(value)}
        onChange={(event) => {
          onChange(event.target.value);
        }}
      />
    </span>
  );
}
