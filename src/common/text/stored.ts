/** Sentences that were stored in English, told by their shape: `{host} asks to wait: next attempt in {time}`. */

type Pair = readonly [english: string, translated: string];

interface Shape {
  readonly pattern: RegExp;
  readonly names: readonly string[];
  readonly translated: string;
}

interface Signs {
  readonly group: string;
  readonly decimal: string;
}

/** @returns what translates a sentence; `null` where it has none of these shapes */
export function sentencesOf(pairs: readonly Pair[], signs: Signs): (sentence: string) => string | null {
  let shapes: readonly Shape[] | null = null;
  return (sentence) => {
    shapes ??= pairs.map(shapeOf);
    for (const { pattern, names, translated } of shapes) {
      const found = pattern.exec(sentence);
      if (found === null) continue;
      return translated.replaceAll(/\{(\w+)\}/gu, (whole, name: string) => {
        const value = found[names.indexOf(name) + 1];
        return value === undefined ? whole : numberIn(value, signs);
      });
    }
    return null;
  };
}

function shapeOf([english, translated]: Pair): Shape {
  const names: string[] = [];
  const source = english.split(/\{(\w+)\}/u).map((part, index) => {
    if (index % 2 === 0) return part.replaceAll(/[.*+?^${}()|[\]\\]/gu, '\\$&');
    names.push(part);
    return '(.+?)';
  });
  return { pattern: new RegExp(`^${source.join('')}$`, 'su'), names, translated };
}

/** `3.2 GB` → `3,2 GB`; what is no number with a unit stays. */
function numberIn(value: string, { group, decimal }: Signs): string {
  if (!/^\d[\d,]*(?:\.\d+)?(?: ?[%A-Za-z/]{1,4})?$/u.test(value)) return value;
  return value.replaceAll(/[.,]/gu, (sign) => (sign === '.' ? decimal : group));
}
