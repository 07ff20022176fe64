/** A piece of a text keeps all of the text in memory; a copy does not. */
export function copyOf(piece: string): string {
  return Buffer.from(piece).toString();
}
