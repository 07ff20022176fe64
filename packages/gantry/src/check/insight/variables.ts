/** A text of a Compose file with each `${...}` and `$NAME` replaced by `mark`; `$$` becomes `$`. */
export function withoutVariables(text: string, mark: string): string {
  let result = "";
  for (let at = 0; at < text.length; ) {
    if (text[at] !== "$") {
      result += text[at++];
      continue;
    }
    if (text[at + 1] === "$") {
      result += "$";
      at += 2;
    } else if (text[at + 1] === "{") {
      at = afterBrace(text, at + 1);
      result += mark;
    } else {
      const name = /^[A-Za-z_][A-Za-z0-9_]*/.exec(text.slice(at + 1))?.[0];
      result += name === undefined ? "$" : mark;
      at += 1 + (name?.length ?? 0);
    }
  }
  return result;
}

function afterBrace(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === "{") depth++;
    else if (text[at] === "}" && --depth === 0) return at + 1;
  }
  return text.length;
}
