/**
 * Whether any of the words stands somewhere in a text, in the case in which it is given. What a pattern is asked after
 * this is compiled only where it may match: V8 compiles each pattern at its first use and again at its second, a tenth of
 * a millisecond in all, and a check has hundreds of them.
 */
export function hasAny(text: string, words: readonly string[]): boolean {
  return words.some((word) => text.includes(word));
}

/** Number of blanks that a text begins with. */
export function leadingBlanks(text: string): number {
  return text.length - text.trimStart().length;
}

/** Whether a character is a blank, a tab or the end of a line. */
export function isBlank(character: string): boolean {
  return character.trim() === "";
}
