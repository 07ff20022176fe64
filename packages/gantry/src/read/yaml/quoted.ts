import { Lexer } from "yaml";

/** Times that a text is mended, and how long it may be: each time reads it anew. */
const mostQuotes = 8;
const mostCharacters = 1_000_000;

/**
 * The same text with the line ends of a quoted text as blanks, where it goes on further to the left than YAML allows:
 * Compose and Kubernetes read that, and the library ends the text there. `undefined` when there is no such text, or too
 * much. All else stays in its place.
 */
export function withLongQuotes(text: string): string | undefined {
  if (text.length > mostCharacters) return undefined;
  let mended = text;
  for (let count = 0; count < mostQuotes; count += 1) {
    const open = openQuote(mended);
    if (open === undefined) return count === 0 ? undefined : mended;
    const end = closingQuote(mended, open);
    if (end === undefined) return undefined;
    const whole = mended.slice(open, end).replaceAll(/[\r\n]/g, " ");
    mended = mended.slice(0, open) + whole + mended.slice(end);
  }
  return undefined;
}

/** Place of the first quote that the library does not find the end of. */
function openQuote(text: string): number | undefined {
  let at = 0;
  let before = "";
  for (const lexeme of new Lexer().lex(text)) {
    const isQuoted = lexeme[0] === '"' || lexeme[0] === "'";
    // What stands without quotes, as behind `|`, may begin with one.
    if (isQuoted && before !== scalar && closingQuote(lexeme, 0) !== lexeme.length) return at;
    before = lexeme;
    if (!signs.has(lexeme)) at += lexeme.length;
  }
  return undefined;
}

/** What the library says between pieces of the text: that an unquoted scalar, a document or an end of brackets is at hand. */
const scalar = "\u001f";
const signs: ReadonlySet<string> = new Set([scalar, "\u0002", "\u0018"]);

/** Place behind the quote that ends what one at a place begins. */
function closingQuote(text: string, open: number): number | undefined {
  const quote = text[open] as string;
  for (let at = open + 1; at < text.length; at += 1) {
    if (quote === '"' && text[at] === "\\") at += 1;
    else if (text[at] === quote) {
      if (quote === '"' || text[at + 1] !== quote) return at + 1;
      at += 1;
    }
  }
  return undefined;
}
