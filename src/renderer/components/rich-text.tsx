/** Messages with parts that are no plain text. */
import { Fragment, type ReactNode } from 'react';
import type { MessageKey } from '../../common/text/messages';
import { shownCatalogue } from '../../common/text/text';

type RichValue = string | number | ReactNode | ((inner: ReactNode) => ReactNode);

/** @param values of `{name}` what is shown for it, of `<name>…</name>` what is made of its content */
export function rich(key: MessageKey, values: Readonly<Record<string, RichValue>>): ReactNode {
  const given = Object.entries(values).map(
    ([name, value]) =>
      [name, typeof value === 'function' ? (chunks: ReactNode[]) => value(keyed(chunks)) : value] as const,
  );
  return keyed(shownCatalogue().parts<ReactNode>(key, Object.fromEntries(given)));
}

function keyed(parts: readonly ReactNode[]): ReactNode {
  return parts.map((part, place) => <Fragment key={place}>{part}</Fragment>);
}
