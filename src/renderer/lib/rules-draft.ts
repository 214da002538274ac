/** Which files a job takes, as it is typed. Pure. */
import { readBytes } from '../../common/model/units';
import type { LinkRule, WalkRules } from '../../common/model/walk-rules';
import { text } from '../../common/text/text';

export interface RulesDraft {
  /** Globs, one a line. */
  readonly include: string;
  readonly exclude: string;
  readonly gitignore: boolean;
  readonly hidden: boolean;
  readonly links: LinkRule;
  readonly oneFileSystem: boolean;
  /** `10M`; '' for no bound. */
  readonly minSize: string;
  readonly maxSize: string;
}

/** Reading leaves links out, copying takes them as links. */
export function emptyRules(links: LinkRule): RulesDraft {
  return {
    include: '',
    exclude: '',
    gitignore: false,
    hidden: true,
    links,
    oneFileSystem: false,
    minSize: '',
    maxSize: '',
  };
}

export function isWrongSize(typed: string): boolean {
  return typed.trim() !== '' && readBytes(typed) === null;
}

/** What is wrong with it; `null`: nothing. */
export function rulesFault({ minSize, maxSize }: RulesDraft): string | null {
  if (isWrongSize(minSize) || isWrongSize(maxSize)) return text('rules.fault.size');
  const smallest = readBytes(minSize);
  const largest = readBytes(maxSize);
  if (smallest !== null && largest !== null && smallest > largest) return text('rules.fault.range');
  return null;
}

export function rulesOf(draft: RulesDraft): WalkRules {
  return {
    include: lines(draft.include),
    exclude: lines(draft.exclude),
    gitignore: draft.gitignore,
    hidden: draft.hidden,
    links: draft.links,
    oneFileSystem: draft.oneFileSystem,
    minSize: readBytes(draft.minSize),
    maxSize: readBytes(draft.maxSize),
  };
}

/** `all`, or `only *.jpg; no hidden files`: what differs from taking everything. */
export function rulesText(draft: RulesDraft, usualLinks: LinkRule): string {
  const include = lines(draft.include);
  const exclude = lines(draft.exclude);
  const parts = [
    ...(include.length > 0 ? [text('rules.only', { patterns: include.join(', ') })] : []),
    ...(exclude.length > 0 ? [text('rules.not', { patterns: exclude.join(', ') })] : []),
    ...(draft.gitignore ? [text('rules.no-ignored')] : []),
    ...(draft.hidden ? [] : [text('rules.no-hidden')]),
    ...(draft.links === usualLinks ? [] : [text(`rules.links.${draft.links}`)]),
    ...(draft.oneFileSystem ? [text('rules.stay')] : []),
    ...(draft.minSize.trim() === '' ? [] : [text('rules.from', { size: draft.minSize.trim() })]),
    ...(draft.maxSize.trim() === '' ? [] : [text('rules.up-to', { size: draft.maxSize.trim() })]),
  ];
  return parts.length === 0 ? text('rules.all') : parts.join('; ');
}

function lines(typed: string): string[] {
  return typed
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
