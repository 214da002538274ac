/**
 * Names from outside as they are shown: nothing in them steers a terminal, turns text around or stays unseen.
 * `a‹U+202E›gpj.exe` is a program, whatever it would look like (CVE-2021-42574, Unicode TR 36 §2.7).
 */

/** Control and format characters, line separators, and what is drawn as nothing. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;
/**
 * The same, less what people write: emoji are joined by U+200D and coloured by U+FE0F, and scripts of Arabia and India
 * spell words with U+200C and U+200D.
 */
const TOLD = new RegExp(
  [
    String.raw`(?<=\p{Extended_Pictographic}\ufe0f?|\p{Emoji_Modifier})\u200d(?=\p{Extended_Pictographic})`,
    String.raw`(?<=\p{Emoji})\ufe0f`,
    String.raw`(?<=[\p{sc=Arab}\p{sc=Syrc}\p{sc=Deva}\p{sc=Beng}\p{sc=Guru}\p{sc=Gujr}\p{sc=Orya}\p{sc=Taml}\p{sc=Telu}\p{sc=Knda}\p{sc=Mlym}\p{sc=Sinh}])[\u200c\u200d](?=[\p{L}\p{M}])`,
    `(${UNSEEN.source})`,
  ].join('|'),
  'gu',
);

/** Text in which each character that is not seen is named, as `‹U+202E›`. */
export function visible(text: string): string {
  if (!UNSEEN.test(text)) return text;
  return text.replace(TOLD, (whole, unseen: string | undefined) =>
    unseen === undefined ? whole : codeOf(unseen),
  );
}

function codeOf(character: string): string {
  return `‹U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}›`;
}

/**
 * Whether a name can stand alone on a line that programs read: none of its characters ends a line for any of them,
 * or is a control character, of which they make what they like.
 */
export function fitsOnLine(name: string): boolean {
  return !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name);
}
