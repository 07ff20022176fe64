const coolifyVariable =
  /\$\{?SERVICE_(?:FQDN|PASSWORD|BASE64|REALBASE64)_|^[ ]*-[ ]+["']?SERVICE_(?:FQDN|URL)_\w+["']?[ ]*$/m;

// Words that are in every match, and the pattern. Each looks a bounded way ahead: files may be made to keep it busy.
const marks: readonly (readonly [words: readonly string[], mark: RegExp])[] = [
  // Jinja, Liquid, Twig, Nunjucks: a statement.
  [
    ["{%"],
    /\{%[-+~]?\s*(?:if|elif|else|endif|for|endfor|set|raw|endraw|include|block|extends|macro|with|unless|case|assign)\b[^\n%]{0,200}%\}/,
  ],
  // One word that stands for lines.
  [["{%"], /^[ \t]*\{%[ ]?\w+[ ]?%\}[ \t]*$/m],
  [["{{", "cookiecutter."], /\{\{[-~]?\s*cookiecutter\./],
  // Go templates, as Helm has them: an action that stands alone on its line.
  [
    ["{{"],
    /^[ \t]*\{\{-? ?(?:if|else|end|range|with|define|template|include|block)\b[^\n{}]{0,200}\}\}[ \t]*$/m,
  ],
  // Cottle and its like: a file that begins with what is filled in.
  [["{{"], /^(?:\s|#[^\n]*\n)*\{\{/],
  // Maven's filters, and templates of dev containers: no builder and no Compose takes a dot or a word behind the name.
  [["FROM", "${"], /^FROM[ \t][^\n]{0,200}\$\{\w+\.\w[\w.]*\}/m],
  [["${templateOption:"], /\$\{templateOption:\w+\}/],
  // ytt.
  [["#@"], /^[^\n#]{0,200}#@[ \t]\S/m],
  // Services for Coolify, which fills these variables in, and defines volumes and networks itself.
  ...["FQDN", "URL", "PASSWORD", "BASE64", "REALBASE64"].map(
    (kind) => [[`SERVICE_${kind}_`], coolifyVariable] as const,
  ),
  [["# slogan:"], /^# slogan: \S/m],
  // ERB and EJS.
  [["<%"], /<%[-=#]?[ \t][^\n%]{0,200}%>/],
];

/** Whether a file only becomes a Dockerfile, Compose file and so on when another tool has filled it in. */
export function isTemplate(path: string, text: string): boolean {
  return (
    (path.includes("{") && /\{\{.*\}\}|\{%.*%\}/.test(path)) ||
    marks.some(([words, mark]) => words.every((word) => text.includes(word)) && mark.test(text))
  );
}
