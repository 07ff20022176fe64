import { hasAny } from "../../base/text.ts";
import type { Instruction, Stage } from "../../read/dockerfile/model.ts";
import { lineageInstructions, scriptText } from "../../read/dockerfile/questions.ts";
import type { ProjectFacts } from "../../read/facts.ts";
import type { Span } from "../../read/source.ts";
import { distributionOf } from "./bases.ts";

/** Whether `USER` names root: by name or number, whatever the group. */
export function isRoot(user: string): boolean {
  const name = userPart(user);
  return name === "root" || (name.startsWith("0") && /^0+$/.test(name));
}

/** User part of `USER name:group`. */
export function userPart(user: string): string {
  return user.trim().split(":")[0] ?? "";
}

/** Users that Debian's and Alpine's base systems both have. */
const systemUsers: ReadonlySet<string> = new Set([
  "root",
  "daemon",
  "bin",
  "sys",
  "sync",
  "games",
  "man",
  "lp",
  "mail",
  "news",
  "uucp",
  "proxy",
  "www-data",
  "backup",
  "list",
  "irc",
  "gnats",
  "nobody",
  "_apt",
  "adm",
  "shutdown",
  "halt",
  "operator",
  "cron",
  "ftp",
  "sshd",
  "squid",
  "xfs",
  "postmaster",
  "cyrus",
  "vpopmail",
  "ntp",
  "smmsp",
  "guest",
  "at",
]);

/** A use of a user that nobody created. */
export interface MissingUser {
  readonly stage: Stage;
  readonly name: string;
  readonly at: Span;
}

/** The uses, as `useOf` sees them, of users that neither a known base has nor any instruction before could have made. */
export function* missingUsers(
  facts: ProjectFacts,
  useOf: (instruction: Instruction) => { readonly name: string; readonly at: Span } | undefined,
): Generator<MissingUser> {
  for (const { stages } of facts.dockerfiles) {
    for (const stage of stages) {
      const base = baseUsers(stage);
      const uses = stage.instructions.flatMap((instruction) => {
        const use = useOf(instruction);
        return use === undefined ? [] : [{ ...use, instruction }];
      });
      if (base === undefined || uses.length === 0) continue;
      const all = lineageInstructions(stage);
      const reported = new Set<string>();
      for (const { name, at, instruction } of uses) {
        if (
          name === "" ||
          /^\d+$/.test(name) ||
          hasAny(name, ["$", '"', "'"]) ||
          base.has(name) ||
          reported.has(name)
        )
          continue;
        if (all.slice(0, all.indexOf(instruction)).some((before) => mayCreate(before, name))) continue;
        reported.add(name);
        yield { stage, name, at };
      }
    }
  }
}

/** The command that creates a user, in the words of the stage's distribution. */
export function howToCreate(stage: Stage, name: string): string {
  return distributionOf(stage.rootImage)?.family === "alpine"
    ? `adduser -D ${name}`
    : `useradd --create-home ${name}`;
}

const withUser: Readonly<Record<string, readonly string[]>> = {
  node: ["node"],
  nginx: ["nginx"],
  postgres: ["postgres"],
  redis: ["redis"],
  haproxy: ["haproxy"],
  httpd: ["www-data"],
};

/** Users of an official base; `undefined` for bases that nothing is known about. */
function baseUsers(stage: Stage): ReadonlySet<string> | undefined {
  const distribution = distributionOf(stage.rootImage);
  if (distribution === undefined) return undefined;
  const more = withUser[stage.rootImage?.official ?? ""] ?? [];
  const ubuntu = distribution.family === "ubuntu" ? ["ubuntu"] : [];
  return new Set([...systemUsers, ...more, ...ubuntu]);
}

/** Whether an instruction could have created the user: it names the user, or runs or copies what nobody here can read. */
function mayCreate(instruction: Instruction, name: string): boolean {
  if (instruction.keyword === "ENV" || instruction.keyword === "ARG") return instruction.text.includes(name);
  if (instruction.keyword === "COPY" || instruction.keyword === "ADD") {
    return /passwd|\s\/(?:etc\/?)?\s*$/.test(instruction.text);
  }
  if (instruction.keyword !== "RUN") return false;
  const text = scriptText(instruction);
  if (text.includes(name)) return true;
  if (
    hasAny(text, ["useradd", "adduser", "usermod"]) &&
    /\b(?:useradd|adduser|usermod)\b[^&;|]*\$/.test(text)
  )
    return true;
  return /\.sh\b|\bmake\b|\bansible|\|\s*(?:ba)?sh\b|(?:^|[\s;&|])\.{0,2}\/[\w./-]+|\b(?:ba)?sh\s+[^-]/.test(
    text,
  );
}
