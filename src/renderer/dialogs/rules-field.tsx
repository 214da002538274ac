/** Which files of the chosen folders a job takes. Closed it says in a line what is not usual. */
import { useId } from 'react';
import { LINK_RULES, type LinkRule } from '../../common/model/walk-rules';
import { text } from '../../common/text/text';
import { Segmented } from '../components/segmented';
import { rich } from '../components/rich-text';
import { isWrongSize, rulesText, type RulesDraft } from '../lib/rules-draft';
import { Check } from './fields';
import styles from './form.module.css';

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
        {rich('rules.title', {
          rules: rulesText(rules, usualLinks),
          what: (words) => <span className={styles['summaryText']}>{words}</span>,
        })}
      </summary>
      <div className={styles['moreBody']}>
        <div className={styles['pair']}>
          <GlobsField
            id={`${id}-include`}
            label={text('rules.include')}
            placeholder="*.jpg"
            value={rules.include}
            onChange={(include) => {
              change({ include });
            }}
          />
          <GlobsField
            id={`${id}-exclude`}
            label={text('rules.exclude')}
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
            {text('rules.hidden')}
          </Check>
          <Check
            checked={rules.gitignore}
            onChange={(gitignore) => {
              change({ gitignore });
            }}
          >
            {text('rules.gitignore')}
          </Check>
          {walks && (
            <Check
              checked={rules.oneFileSystem}
              onChange={(oneFileSystem) => {
                change({ oneFileSystem });
              }}
            >
              {text('rules.one-file-system')}
            </Check>
          )}
        </div>
        {walks && (
          <div className={styles['wrap']}>
            <span className={styles['line']}>
              <span className={styles['label']}>{text('rules.links')}</span>
              <Segmented
                label={text('rules.links')}
                value={rules.links}
                options={links.map((rule) => ({ value: rule, text: text(`rules.link.${rule}`) }))}
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
            label={text('rules.size-from')}
            value={rules.minSize}
            onChange={(minSize) => {
              change({ minSize });
            }}
          />
          <SizeField
            id={`${id}-max`}
            label={text('rules.size-to')}
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
  readonly onChange: (value: string) => void;
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
        placeholder={text('rules.any-size')}
        spellCheck={false}
        aria-invalid={isWrongSize(value)}
        onChange={(event) => {
          onChange(event.target.value);
        }}
      />
    </span>
  );
}
