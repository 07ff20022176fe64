import { hasAny } from "../../base/text.ts";
import type { ShellWord } from "../../read/shell/model.ts";
import { hasOption, type ShellCommand } from "../../read/shell/questions.ts";
import { insertAfter, safely } from "../dockerfile/edits.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import { type PackageStep, packageStep } from "../dockerfile/packages.ts";
import { runsIn } from "../dockerfile/run.ts";
import type { Rule } from "../types.ts";

/** An installation that waits for an answer nobody can give. */
export const installAsks: Rule = {
  code: "GD010",
  name: "install-asks",
  family: "dockerfile",
  rank: "will-fail",
  what: "A package manager that asks before it installs is run without the option that says yes.",
  why: "A build has no keyboard. As soon as something more than the named packages has to be installed, apt-get, dnf, yum and zypper ask, read nothing, and abort.",
  fix: "Add -y (zypper: -n, before the command).",
  aliases: [
    { tool: "hadolint", id: "DL3014" },
    { tool: "hadolint", id: "DL3030" },
    { tool: "hadolint", id: "DL3034" },
    { tool: "hadolint", id: "DL3038" },
    { tool: "trivy", id: "DS-0021" },
  ],
  examples: {
    bad: [
      dockerfileExampleAt([2], "FROM debian:13", "RUN apt-get update && apt-get install chromium"),
      dockerfileExampleAt([2], "FROM debian:13", "RUN dpkg -i shop.deb; apt-get -f install"),
      dockerfileExampleAt([2], "FROM fedora:43", "RUN dnf install httpd"),
      dockerfileExampleAt([2], "FROM opensuse/leap:15.6", "RUN zypper install nginx"),
    ],
    good: [
      dockerfileExample("FROM debian:13", "RUN apt-get update && apt-get install -qy chromium"),
      dockerfileExample(
        "FROM debian:13",
        "RUN apt-get update && apt-get -qq install chromium && dnf -y install a",
      ),
      dockerfileExample(
        "FROM debian:13",
        "RUN apt-get update && apt-get install unzip && apt-get install vim -qqq",
      ),
      dockerfileExample("FROM debian:13", "RUN yes | apt-get install chromium"),
      dockerfileExample("FROM redhat/ubi9-minimal:9.6", "RUN microdnf install tar && microdnf update"),
      dockerfileExample("FROM debian:13", "RUN apt-get -f install"),
      dockerfileExample("FROM debian:13", "RUN dpkg -i shop.deb && apt-get -f install"),
      dockerfileExample(
        "FROM opensuse/leap:15.6",
        "RUN zypper -n install nginx && zypper --non-interactive in vim",
      ),
      dockerfileExample(
        "FROM debian:13",
        "RUN echo 'APT::Get::Assume-Yes \"true\";' > /etc/apt/apt.conf.d/90yes",
        "RUN apt-get install curl",
      ),
    ],
  },
  *check(facts) {
    for (const dockerfile of facts.dockerfiles) {
      if (hasAny(dockerfile.source.text.toLowerCase(), ["assume-yes", "assumeyes"])) continue;
      for (const { instruction, commands } of runsIn(dockerfile, dockerfile.stages)) {
        for (const command of commands) {
          const step = packageStep(command);
          if (step?.verb === undefined || !asks(step) || command.before === "|") continue;
          // `apt-get -f install` only repairs, which is nothing to do unless dpkg left packages without theirs.
          // It asks about what it adds to the named packages, which one alone may not need.
          const [first, ...more] = step.packages;
          if (step.manager === "apt" && more.length === 0 && !bringsMore(first)) continue;
          const repairs = step.packages.length === 0 && step.action === "install";
          if (repairs && (command.before === "&&" || !commands.some(isDpkg))) continue;
          const option = step.manager === "zypper" ? "-n" : "-y";
          const program = command.words[0];
          const behind = step.manager === "zypper" ? program : step.verb;
          const editable = instruction.form === "shell" && behind !== undefined;
          yield {
            at: command.span,
            message: `${command.name} ${step.verb.value} asks before it installs more than it is told to, and in a build nobody answers: it aborts.`,
            fix: `Write ${command.name} ${step.manager === "zypper" ? `-n ${step.verb.value}` : `${step.verb.value} -y`}.`,
            ...(editable
              ? { remedy: safely(`add ${option}`, insertAfter(command.spanOfWord(behind), ` ${option}`)) }
              : {}),
          };
        }
      }
    }
  },
};

/** Debian packages that a small image has not all for, by how their names begin, or end for what is compiled against. */
const withOthers = [
  "apache2 awscli build-essential ca-certificates chromium cmake cron curl default- docker emacs ffmpeg",
  "firefox g++ gcc git gnupg golang google-chrome graphviz imagemagick java libreoffice mariadb mysql nginx",
  "nodejs npm openjdk openssh perl php pip postgresql python ruby rustc software-properties subversion",
  "supervisor texlive vim wget wkhtmltopdf xvfb yarn",
].flatMap((names) => names.split(" "));

function bringsMore(name: ShellWord | undefined): boolean {
  if (name === undefined || name.dynamic || name.value.endsWith("-dev")) return true;
  return withOthers.some((start) => name.value.startsWith(start));
}

function isDpkg({ name }: ShellCommand): boolean {
  return name === "dpkg";
}

function asks({ manager, action, command }: PackageStep): boolean {
  if (action !== "install" && action !== "upgrade") return false;
  // More than one -q implies -y for apt-get: "-qq" or "-q=2".
  if (manager === "apt") {
    return !hasOption(
      command,
      "-y",
      "--yes",
      "--assume-yes",
      "-qq",
      "-qqq",
      "-q=2",
      "--force-yes",
      "--download-only",
      "-d",
      "-s",
    );
  }
  // microdnf says yes by itself.
  if (manager === "dnf")
    return command.name !== "microdnf" && !hasOption(command, "-y", "--assumeyes", "--downloadonly");
  if (manager === "zypper") return !hasOption(command, "-n", "--non-interactive", "-y", "--no-confirm");
  return false;
}
