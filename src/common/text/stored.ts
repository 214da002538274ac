/** Sentences that were stored in English, told by their shape: `Needs {bytes} more on {folder}.` */

type Pair = readonly [english: string, translated: string];

interface Shape {
  readonly pattern: RegExp;
  readonly names: readonly string[];
  readonly translated: string;
}

/** @returns what translates a sentence; `null` where it has none of these shapes */
export function sentencesOf(pairs: readonly Pair[]): (sentence: string) => string | null {
  let shapes: readonly Shape[] | null = null;
  return (sentence) => {
    shapes ??= pairs.map(shapeOf);
    for (const { pattern, names, translated } of shapes) {
      const found = pattern.exec(sentence);
      if (found === null) continue;
      return translated.replaceAll(
        /\{(\w+)\}/gu,
        (whole, name: string) => found[names.indexOf(name) + 1] ?? whole,
      );
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
