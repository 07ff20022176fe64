const marks: readonly RegExp[] = [
  // Jinja, Liquid, Twig, Nunjucks: a statement.
  /\{%[-+~]?\s*(?:if|elif|else|endif|for|endfor|set|raw|endraw|include|block|extends|macro|with|unless|case|assign)\b[^\n]*%\}/,
  /\{\{[-~]?\s*cookiecutter\./,
  // Go templates, as Helm has them: an action that stands alone on its line.
  /^\s*\{\{-?\s*(?:if|else|end|range|with|define|template|include|block)\b[^\n]*\}\}\s*$/m,
  // ERB and EJS.
  /<%[-=#]?\s[^\n]*%>/,
];

/** Whether a file only becomes a Dockerfile, Compose file and so on when another tool has filled it in. */
export function isTemplate(path: string, text: string): boolean {
  return /\{\{.*\}\}|\{%.*%\}/.test(path) || marks.some((mark) => mark.test(text));
}
