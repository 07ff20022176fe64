import { hasAny } from "../../base/text.ts";
import { type ImageReference, tagVersion } from "../../read/image-reference.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import { packageStep } from "../dockerfile/packages.ts";
import { runsOf } from "../dockerfile/run.ts";
import type { Rule } from "../types.ts";

/** Text that says that a Dockerfile changes where packages come from. */
const signsOfOtherMirror = [
  ...["archive.debian.org", "old-releases.ubuntu", "vault.centos", "sources.list", "yum.repos.d"],
];

/** Packages of a distribution release whose repositories are no longer where the image looks for them. */
export const repositoriesGone: Rule = {
  code: "GD009",
  name: "repositories-gone",
  family: "dockerfile",
  rank: "will-fail",
  what: "Packages are installed from a distribution release whose repositories were moved to an archive.",
  why: "After its end of life a release leaves the mirrors: Debian's goes to archive.debian.org, Ubuntu's to old-releases.ubuntu.com, CentOS Linux's to vault.centos.org. The addresses in the image answer 404, and the build ends there.",
  fix: "Build on a release that is still maintained.",
  examples: {
    bad: [
      dockerfileExampleAt([2], "FROM python:3.9-buster", "RUN apt-get update && apt-get install -y libpq5"),
      dockerfileExampleAt([2], "FROM centos:7", "RUN yum install -y httpd"),
    ],
    good: [
      dockerfileExample("FROM python:3.13-slim-bookworm", "RUN apt-get update && apt-get install -y libpq5"),
      dockerfileExample(
        "FROM debian:stretch",
        "COPY archive.list /etc/apt/sources.list",
        "RUN apt-get update && apt-get install -y curl",
      ),
      dockerfileExample("FROM node:14-buster", "RUN npm ci"),
    ],
  },
  *check(facts) {
    for (const dockerfile of facts.dockerfiles) {
      if (hasAny(dockerfile.source.text, signsOfOtherMirror)) continue;
      for (const stage of dockerfile.stages) {
        const release = stage.rootImage === undefined ? undefined : goneRelease(stage.rootImage);
        if (release === undefined) continue;
        const step = runsOf(dockerfile, stage)
          .flatMap((run) => run.commands)
          .map(packageStep)
          .find(
            (one) => one?.manager === release.manager && one.action !== "other" && one.action !== "clean",
          );
        if (step === undefined) continue;
        yield {
          at: step.command.span,
          message: `${stage.rootImage?.text} is ${release.name}, whose repositories are gone from the mirrors: this will not find any package.`,
          fix: `Build on a maintained release, such as ${release.instead}.`,
          related: [{ at: stage.baseSpan, message: "the base" }],
        };
        break;
      }
    }
  },
};

interface Release {
  readonly name: string;
  readonly manager: "apt" | "dnf";
  readonly instead: string;
}

const debianNames = ["buster", "stretch", "jessie", "wheezy", "squeeze"];
const ubuntuNames: Readonly<Record<string, string>> = {
  mantic: "23.10",
  lunar: "23.04",
  kinetic: "22.10",
  impish: "21.10",
  hirsute: "21.04",
  groovy: "20.10",
  eoan: "19.10",
  disco: "19.04",
  cosmic: "18.10",
  artful: "17.10",
};

function goneRelease(image: ImageReference): Release | undefined {
  const tag = image.tag ?? "";
  if (image.official === undefined || !image.known) return undefined;
  const parts = tag.split("-");
  if (image.official === "centos") {
    return { name: `CentOS Linux ${tag || "8"}`, manager: "dnf", instead: "almalinux:9" };
  }
  if (image.official === "ubuntu") {
    const name = Object.keys(ubuntuNames).find((one) => parts[0] === one);
    const version = name === undefined ? parts[0] : ubuntuNames[name];
    if (version === undefined || !Object.values(ubuntuNames).includes(version)) return undefined;
    return { name: `Ubuntu ${version}`, manager: "apt", instead: "ubuntu:24.04" };
  }
  const major = image.official === "debian" ? tagVersion(image)?.[0] : undefined;
  const byNumber = major !== undefined && major <= 10 ? debianNames[10 - major] : undefined;
  const name = debianNames.find((one) => parts.includes(one)) ?? byNumber;
  return name === undefined
    ? undefined
    : { name: `Debian ${name}`, manager: "apt", instead: "a -bookworm or -trixie tag" };
}
