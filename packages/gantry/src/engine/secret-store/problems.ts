import type { Problem } from "../../base/errors.ts";
import { listing } from "../../base/names.ts";

/** Problems of encrypted secrets: permanent codes 54xx, and the words for people. None ever holds a value. */
export const storeProblems = {
  unreadable: (file: string, why: string, line?: number, column?: number): Problem => ({
    code: "GTY5401",
    what: `The secrets in ${file} cannot be read`,
    why,
    fix: "Take the last good version back (`git log -p` shows it), or repair the line by hand. Values are changed with `gantry secrets set`.",
    file,
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
  }),
  noKey: (file: string, places: readonly string[]): Problem => ({
    code: "GTY5402",
    what: `There is no key to open ${file} with`,
    why: `Looked for it in ${listing(places)}.`,
    fix: "Put your age key into one of these places, or make one with `gantry secrets init` and let somebody who can open the file allow you.",
  }),
  badKey: (place: string, why: string): Problem => ({
    code: "GTY5403",
    what: `${place} holds no age key`,
    why,
    fix: "A key is a line that begins with AGE-SECRET-KEY-1; lines that begin with # are comments.",
  }),
  namedKeyMissing: (file: string, variable: string): Problem => ({
    code: "GTY5403",
    what: `${file} does not exist, and ${variable} names it for your key`,
    fix: `Name the file that has your age key, or run \`gantry secrets init\`, which makes a key there.`,
  }),
  notForYou: (file: string, own: readonly string[], people: readonly string[], place: string): Problem => ({
    code: "GTY5404",
    what: `The key from ${place} does not open ${file}`,
    why: `Its public side, ${listing(own)}, is not in the list of the file, which names ${listing(people)}.`,
    fix: `Ask one of them to run \`gantry secrets allow YOUR_NAME ${own[0] ?? "age1…"}\` and to commit the file.`,
    file,
  }),
  notSealedForYou: (name: string, file: string, environment: string): Problem => ({
    code: "GTY5405",
    what: `${name} in ${file} was not encrypted for your key, although the list names you`,
    why: "Whoever is added to the list by hand cannot read the values that were there before.",
    fix: `Somebody who can read it runs \`gantry secrets reseal --env ${environment}\`.`,
    file,
    path: `secrets.${name}`,
  }),
  damaged: (name: string, file: string, environment: string): Problem => ({
    code: "GTY5406",
    what: `The value of ${name} in ${file} is damaged`,
    why: "It was changed after it was encrypted: by hand, or by a merge.",
    fix: `Take the file's last good version back, or set it anew: \`gantry secrets set ${name} --env ${environment}\`.`,
    file,
    path: `secrets.${name}`,
  }),
  misplaced: (name: string, file: string, owner: string): Problem => ({
    code: "GTY5407",
    what: `The value under ${name} in ${file} was encrypted as ${owner}`,
    why: "Values are bound to their name and environment, so that nobody can swap them without a key.",
    fix: "Set the value under its own name: `gantry secrets set`.",
    file,
    path: `secrets.${name}`,
  }),
  unknownName: (
    name: string,
    environment: string,
    meant: string | undefined,
    known: readonly string[],
  ): Problem => ({
    code: "GTY5408",
    what: `The stack has no secret ${name} in ${environment}`,
    why: known.length === 0 ? "It has none at all." : `It has ${listing(known)}.`,
    fix: meant === undefined ? 'Add it to a service first: `secrets: ["NAME"]`.' : `Did you mean ${meant}?`,
    path: `secrets.${name}`,
  }),
  notSet: (name: string, file: string, environment: string): Problem => ({
    code: "GTY5409",
    what: `${name} is not set in ${environment}`,
    why: `Neither a variable nor ${file} nor Gantry's own folder has it.`,
    fix: `Set it: \`gantry secrets set ${name} --env ${environment}\`.`,
    path: `secrets.${name}`,
  }),
  noStore: (file: string, environment: string): Problem => ({
    code: "GTY5410",
    what: `There are no encrypted secrets for ${environment} yet`,
    why: `The file would be ${file}.`,
    fix: `Make it: \`gantry secrets init --env ${environment}\`.`,
  }),
  twoStores: (files: readonly string[]): Problem => ({
    code: "GTY5411",
    what: `${listing(files)} are for the same environment`,
    why: "With two nobody knows which value counts.",
    fix: "Keep one of them.",
  }),
  badRecipient: (who: string, file: string, why: string): Problem => ({
    code: "GTY5412",
    what: `The key of ${who} in ${file} is no age recipient`,
    why,
    fix: "It is the line that begins with age1, the public side of a key: `gantry secrets init` prints it.",
    file,
    path: `recipients.${who}`,
  }),
  emptyValue: (name: string): Problem => ({
    code: "GTY5413",
    what: `There is no value for ${name}`,
    why: "What was read is empty.",
    fix: `Type it at the prompt, or pipe it: \`pass show … | gantry secrets set ${name}\`.`,
  }),
  hidden: (name: string): Problem => ({
    code: "GTY5414",
    what: `${name} is printed to a terminal only`,
    why: "Standard output is a pipe or a file here, and values end up in logs that way.",
    fix: "Say --reveal if that is what you want.",
  }),
  elsewhere: (name: string, place: string): Problem => ({
    code: "GTY5415",
    what: `${name} cannot be changed here: its value comes from ${place}`,
    why: "That place wins over everything that Gantry could write.",
    fix: "Change it there, or unset it.",
  }),
  badImport: (file: string, line: number, why: string): Problem => ({
    code: "GTY5416",
    what: `Line ${line} of ${file} is not NAME=value`,
    why,
    fix: "Nothing was imported. Correct the line, or remove it.",
    file,
    line,
  }),
  editFailed: (why: string): Problem => ({
    code: "GTY5417",
    what: "The secrets were not changed",
    why,
  }),
  noMemory: (): Problem => ({
    code: "GTY5418",
    what: "There is no folder in memory to edit in",
    why: "An editor writes its file in clear; on a disk it could be found again after it was deleted.",
    fix: "Use `gantry secrets set NAME`, which writes none.",
  }),
  lastRecipient: (who: string): Problem => ({
    code: "GTY5419",
    what: `${who} is the last who can read the secrets`,
    fix: "Allow somebody else first.",
  }),
  unknownRecipient: (who: string, known: readonly string[]): Problem => ({
    code: "GTY5420",
    what: `Nobody called ${who} is in the list`,
    why: `It names ${listing(known)}.`,
  }),
  roleFailed: (name: string, service: string, evidence: readonly string[]): Problem => ({
    code: "GTY5421",
    what: `${service} did not take the new value of ${name}`,
    why: "Nothing was changed: the old value is still in force everywhere.",
    fix: "Its own words are below. Run the same command again once it is well.",
    evidence,
  }),
  roleLeft: (name: string, service: string, environment: string, why: string): Problem => ({
    code: "GTY5422",
    what: `${service} has a new password, but ${name} could not be written, and the old one could not be set again`,
    why,
    fix: `Run \`gantry secrets rotate ${name} --env ${environment}\` again: it needs no old password.`,
  }),
  exposed: (name: string, services: readonly string[], variable: string): Problem => ({
    code: "GTY5423",
    what: `${name} goes into the environment of ${listing(services)}, as ${variable}`,
    why: "The stack asks for it, for software that reads no file. Everybody who may use the engine sees it with docker inspect.",
  }),
  noMemoryThere: (folders: readonly string[], found: readonly string[] | string): Problem => ({
    code: "GTY5425",
    what: "The engine's machine has no place in memory for secrets that could be found",
    why:
      typeof found === "string"
        ? `Whether ${listing(folders)} are in memory could not be asked: ${found.trim().split("\n").at(-1) || "nothing was answered"}.`
        : `${listing(folders.map((folder, i) => `${folder} is ${found[i] ?? "unknown"}`))}, and a value must not be written to a disk.`,
    fix: "Mount a tmpfs at /run or /dev/shm of that machine, or run gantry on it.",
  }),
  notForAddress: (name: string, service: string, variable: string, environment: string): Problem => ({
    code: "GTY5426",
    what: `The value of ${name} cannot stand in an address, as ${variable} of ${service} needs it`,
    why: "It has a space or one of / ? # [ ] \\ %, which mean something there: programs would read another host or port.",
    fix: `Set one of letters, digits, - and _, such as \`openssl rand -hex 24\` prints, with \`gantry secrets set ${name} --env ${environment}\`; a database that has the other already gets it by \`gantry secrets rotate\`. Or give the password by itself: \`as: { password: "…" }\`.`,
    path: `secrets.${name}`,
  }),
  badValue: (name: string, why: string): Problem => ({
    code: "GTY5424",
    what: `The value of ${name} cannot be used`,
    why,
    path: `secrets.${name}`,
  }),
} as const;
