import type { Stage } from "../../read/dockerfile/model.ts";
import { lineage, scriptText } from "../../read/dockerfile/questions.ts";

/** Packages that bring no programs beside their own. */
const plain =
  /^(?:ca-certificates|tzdata|curl|wget|git|unzip|zip|xz-utils|gnupg|gnupg2|locales|jq|tini|dumb-init|gosu|su-exec|procps|libpq5|libpq-dev|libpq|openssl|apt-transport-https|lsb-release|less|nano|vim|bash|make|openssh-client|rsync|sqlite3?|libc6-compat|gcompat|musl-dev|libffi-dev|tar|gzip|netcat-openbsd|iputils-ping|dnsutils|fontconfig|fonts-[\w-]+|ttf-[\w-]+)$/;
/** Programs that hardly any other package needs; only a package with the name in it may bring them. */
const rarelyNeeded = new Set(["curl", "wget", "git", "sudo", "bash", "jq", "apt-get", "apk", "nc", "unzip"]);

/** Whether an installed package may have brought a program along as something it needs: `py3-pip` brings Python. */
export function mayComeAlong(stage: Stage, program: string): boolean {
  for (const one of lineage(stage)) {
    for (const instruction of one.instructions) {
      if (instruction.keyword !== "RUN") continue;
      const text = scriptText(instruction);
      for (const match of text.matchAll(/\b(?:install|add)\b([^&;|]*)/g)) {
        const names = (match[1] ?? "").split(/[\s\\]+/).filter((name) => /^[A-Za-z$]/.test(name));
        const others = names.filter((name) => !plain.test(name.replace(/[=<>~].*$/, "")));
        if (
          rarelyNeeded.has(program)
            ? others.some((name) => name.includes(program) || name.includes("$"))
            : others.length > 0
        )
          return true;
      }
    }
  }
  return false;
}
