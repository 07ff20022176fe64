import type { Input } from "./inputs.ts";

/** Files that are made to keep a reader or a rule busy: each repeats one thing until it has about `size` characters. */
export function hostileInputs(size: number): readonly (Input & { readonly what: string })[] {
  const many = (text: string): string => text.repeat(Math.ceil(size / text.length));
  const lines = (width: number, line: (index: number) => string): string =>
    Array.from({ length: Math.ceil(size / width) }, (_, index) => line(index)).join("\n");
  const nested = (open: string, close: string): string => open.repeat(size / 4) + close.repeat(size / 4);
  const service = "services:\n  a:\n    image: x\n";
  const bake = 'target "a" {\n  tags = ';
  const cases: readonly (readonly [string, string, string])[] = [
    ["continuation lines", "Dockerfile", `FROM x\nRUN a${many(" \\\n b")}`],
    ["comments in a RUN", "Dockerfile", `FROM x\nRUN a${many(" \\\n# c\n b")}`],
    ["open substitutions", "Dockerfile", `FROM x\nRUN ${many("$(")}`],
    ["nested substitutions", "Dockerfile", `FROM x\nRUN ${nested("$(", ")")}`],
    ["backticks", "Dockerfile", `FROM x\nRUN ${many("`")}`],
    ["open variables", "Dockerfile", `FROM \${${many("${A:-")}`],
    ["quotes", "Dockerfile", `FROM x\nRUN ${many("\"'")}`],
    ["open here-documents", "Dockerfile", `FROM x\nRUN ${many("<<A ")}`],
    ["a chain of stages", "Dockerfile", lines(20, (n) => `FROM ${n === 0 ? "x" : `s${n - 1}`} AS s${n}`)],
    ["a variable that doubles", "Dockerfile", `FROM x\nENV A=xx\n${many("ENV A=$A$A\n")}`],
    ["many variables", "Dockerfile", `FROM x\n${lines(12, (n) => `ENV A${n}=$A${n - 1}`)}`],
    ["empty lines", "Dockerfile", `FROM x\n${many("\n")}`],
    ["blanks", "Dockerfile", `FROM x\nRUN${many(" ")}x`],
    ["a case of many patterns", "Dockerfile", `FROM x\nRUN case x in ${many("a) b;; ")}`],
    ["parentheses", "Dockerfile", `FROM x\nRUN ${many("(")}`],
    ["a long list", "Dockerfile", `FROM x\nCMD [${many('"a",')}"b"]`],
    ["open brackets", "compose.yaml", `services: ${many("[")}`],
    ["open braces", "compose.yaml", `services: ${many("{a: ")}`],
    [
      "a chain of extends",
      "compose.yaml",
      `services:\n${lines(30, (n) => `  s${n}:\n    extends: s${n + 1}`)}`,
    ],
    ["the same key", "compose.yaml", service + many("    k: v\n")],
    ["nested defaults", "compose.yaml", `services:\n  a:\n    image: ${nested("${A:-", "}")}`],
    ["open defaults", "compose.yaml", `services:\n  a:\n    image: '${many("${A:-$")}'`],
    ["aliases", "compose.yaml", `a: &a [1, 2]\n${service}    command: [${many("*a,")}]`],
    ["merged keys", "compose.yaml", `a: &a {k: v}\n${service}    <<: [${many("*a,")}]`],
    ["documents", "pods.yaml", many("---\napiVersion: v1\nkind: Pod\n")],
    ["keys in keys", "compose.yaml", many("a: b: ")],
    ["open lists", "docker-bake.hcl", bake + many("[")],
    ["open parentheses", "docker-bake.hcl", bake + many("(")],
    ["open templates", "docker-bake.hcl", `${bake}"${many('${"')}`],
    ["negations", "docker-bake.hcl", bake + many("!")],
    [
      "a chain of targets",
      "docker-bake.hcl",
      lines(40, (n) => `target "t${n}" { inherits = ["t${n + 1}"] }`),
    ],
    ["open blocks", "docker-bake.hcl", many("a {")],
    ["mistakes", "docker-bake.hcl", many("= \n")],
    ["open quotes", ".env", many("A='\n")],
    ["values that double", ".env", lines(16, (n) => `A${n}=$A${n - 1}$A${n - 1}x`)],
    ["stars and folders", ".dockerignore", `${many("**/a/")}\n`],
    ["stars and letters", ".dockerignore", `${many("*a")}\n`],
    ["many patterns", ".dockerignore", many("**/a*b*c*d\n")],
  ];
  return cases.map(([what, name, text]) => ({ what, name, text }));
}
