/** Messages as the pseudo-language has them. */
import {
  createLiteralElement,
  isLiteralElement,
  type MessageFormatElement,
} from '@formatjs/icu-messageformat-parser';

type Ast = MessageFormatElement[];

/** How much longer than English other languages are. */
const LONGER = 0.4;
const LETTERS: ReadonlyMap<string, string> = new Map(
  Array.from(
    'aàcçeéhĥiîkķlļnñoôrŕsštţuûyýzžAÀBßCÇDÐEÉGĜHĤIÎJĴKĶLĻNÑOÔRŔSŠTŢUÛWŴYÝZŽ'.matchAll(/(.)(.)/gu),
  ).map(([, from = '', to = '']) => [from, to]),
);

/** `Pause` → `⟦Pàûšé ~~⟧`: what stands in no such brackets is in no catalogue. */
export function pseudo(message: Ast): Ast {
  // In words, as other languages have it.
  const end = '~~~~~ '
    .repeat(Math.ceil(lengthOf(message) * LONGER))
    .slice(0, Math.ceil(lengthOf(message) * LONGER))
    .trim();
  return [createLiteralElement('⟦'), ...message.map(accented), createLiteralElement(` ${end}⟧`)];
}

function accented(element: MessageFormatElement): MessageFormatElement {
  if ('options' in element)
    return {
      ...element,
      options: Object.fromEntries(
        Object.entries(element.options).map(([name, option]) => [
          name,
          { ...option, value: option.value.map(accented) },
        ]),
      ),
    };
  if ('children' in element) return { ...element, children: element.children.map(accented) };
  if (!isLiteralElement(element)) return element;
  return createLiteralElement(Array.from(element.value, (letter) => LETTERS.get(letter) ?? letter).join(''));
}

function lengthOf(message: Ast): number {
  let length = 0;
  for (const element of message) {
    if ('options' in element)
      length += Math.max(...Object.values(element.options).map(({ value }) => lengthOf(value)));
    else if ('children' in element) length += lengthOf(element.children);
    else if (isLiteralElement(element)) length += element.value.length;
  }
  return length;
}
