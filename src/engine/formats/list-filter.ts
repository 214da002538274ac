/** Chooses entries of lists by the host of their first address and the extension of their file's name. */
import type { DownloadEntry } from '../../common/model/download';
import type { ListFilter } from '../../common/model/list-filter';
import { expectedFileName, splitExtension } from '../../files/file-name';

/** Lower-case, without its dot; '' where the name has none. */
export function extensionOf(name: string): string {
  return splitExtension(name)[1].slice(1).toLowerCase();
}

/**
 * @param only where it names hosts (or extensions), entries of others are left out
 * @param leaveOut entries of these are left out
 * @returns `null`: every entry is taken
 */
export function entryFilter(
  only: ListFilter,
  leaveOut: ListFilter,
): ((entry: DownloadEntry) => boolean) | null {
  const asked = [only.hosts, only.extensions, leaveOut.hosts, leaveOut.extensions];
  if (asked.every((names) => names.length === 0)) return null;
  const [hosts, noHosts] = [hostMatcher(only), hostMatcher(leaveOut)];
  const [extensions, noExtensions] = [extensionMatcher(only), extensionMatcher(leaveOut)];
  return ({ urls, fileName }) => {
    const url = new URL(urls[0] ?? '');
    const extension = extensionOf(expectedFileName(fileName, url));
    return (
      hosts(url) !== false &&
      extensions(extension) !== false &&
      noHosts(url) !== true &&
      noExtensions(extension) !== true
    );
  };
}

/** @returns `null` where nothing is asked for */
type Matcher<Value> = (value: Value) => boolean | null;

function hostMatcher({ hosts: names, exact: isExact }: ListFilter): Matcher<URL> {
  if (names.length === 0) return () => null;
  if (isExact === true) {
    const named = new Set(names);
    return ({ host }) => named.has(host);
  }
  const exact = new Set<string>();
  const below: string[] = [];
  for (const name of names.map((each) => each.trim().toLowerCase())) {
    const domain = /^\*?\.(.+)$/u.exec(name)?.[1];
    exact.add(domain ?? name);
    if (domain !== undefined) below.push(`.${domain}`);
  }
  return ({ host, hostname }) =>
    exact.has(host) || exact.has(hostname) || below.some((domain) => hostname.endsWith(domain));
}

function extensionMatcher({ extensions: names, exact: isExact }: ListFilter): Matcher<string> {
  if (names.length === 0) return () => null;
  if (isExact === true) {
    const named = new Set(names);
    return (extension) => named.has(extension);
  }
  const exact = new Set(
    names.map((name) =>
      name
        .trim()
        .toLowerCase()
        .replace(/^\*?\./u, ''),
    ),
  );
  return (extension) =>
    exact.has(extension) ||
    (extension.includes('.') && exact.has(extension.slice(extension.lastIndexOf('.') + 1)));
}
