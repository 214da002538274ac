/** Which files a job takes, as it is typed. Pure. */
import { readBytes } from '../../common/model/units';
import type { LinkRule, WalkRules } from '../../common/model/walk-rules';

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

export function isWrongSize(text: string): boolean {
  return text.trim() !== '' && readBytes(text) === null;
}

/** What is wrong with it; `null`: nothing. */
export function rulesFault({ minSize, maxSize }: RulesDraft): string | null {
  if (isWrongSize(minSize) || isWrongSize(maxSize))
    return 'Write a size in bytes, or with a suffix, such as 10M.';
  const smallest = readBytes(minSize);
  const largest = readBytes(maxSize);
  if (smallest !== null && largest !== null && smallest > largest)
    return 'The minimum size is larger than the maximum.';
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

/** `all`, or `only *.jpg; no dot files`: what differs from taking everything. */
export function rulesText(draft: RulesDraft, usualLinks: LinkRule): string {
  const include = lines(draft.include);
  const exclude = lines(draft.exclude);
  const parts = [
    ...(include.length > 0 ? [`only ${include.join(', ')}`] : []),
    ...(exclude.length > 0 ? [`not ${exclude.join(', ')}`] : []),
    ...(draft.gitignore ? ['not what .gitignore says'] : []),
    ...(draft.hidden ? [] : ['no dot files']),
    ...(draft.links === usualLinks ? [] : [LINKS_TEXT[draft.links]]),
    ...(draft.oneFileSystem ? ['one file system'] : []),
    ...(draft.minSize.trim() === '' ? [] : [`from ${draft.minSize.trim()}`]),
    ...(draft.maxSize.trim() === '' ? [] : [`up to ${draft.maxSize.trim()}`]),
  ];
  return parts.length === 0 ? 'all' : parts.join('; ');
}

const LINKS_TEXT: Readonly<Record<LinkRule, string>> = {
  link: 'links as links',
  follow: 'links followed',
  skip: 'no links',
};

function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
