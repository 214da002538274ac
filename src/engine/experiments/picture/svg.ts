/** Pieces of SVG as text. What comes from outside is escaped here and nowhere else. */

import { visible } from '../../../common/model/visible';

export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** @param children markup that was made here, not text */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes).map(([key, value]) =>
    value === undefined ? '' : ` ${key}="${typeof value === 'number' ? place(value) : escaped(value)}"`,
  );
  const start = `<${name}${written.join('')}`;
  return children.length === 0 ? `${start}/>` : `${start}>${children.join('')}</${name}>`;
}

export function textAt(x: number, y: number, kind: string, text: string, anchor?: 'middle' | 'end'): string {
  return element('text', { x, y, class: kind, 'text-anchor': anchor }, escaped(text));
}

/** What hovering shows, and what is read out. */
export function tip(text: string): string {
  return element('title', {}, escaped(text));
}

/** For text and for attribute values: what is unseen is made visible, and what XML 1.0 has no place for becomes �. */
export function escaped(text: string): string {
  return (
    text
      .replace(/[^\t\n\r]+/gu, visible)
      // eslint-disable-next-line no-control-regex -- these are the ones that XML has no place for
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, '\ufffd')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&#39;')
  );
}

/** Lines of words, no longer than a width in pixels; a word that is longer has a line of its own. */
export function wrapped(text: string, width: number, fontSize: number): string[] {
  const room = Math.floor(width / (fontSize * 0.53));
  const lines: string[] = [];
  for (const word of text.split(/\s+/u).filter((each) => each !== '')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= room)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Cut in the middle, which tells names apart least. */
export function clipped(text: string, most: number): string {
  const points = Array.from(text);
  if (points.length <= most) return text;
  const half = Math.floor((most - 1) / 2);
  return `${points.slice(0, most - 1 - half).join('')}…${points.slice(points.length - half).join('')}`;
}

/** A hundredth of a pixel is enough. */
function place(value: number): string {
  return String(Math.round(value * 100) / 100);
}
