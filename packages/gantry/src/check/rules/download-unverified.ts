import type { Instruction } from "../../read/dockerfile/model.ts";
import { flag, scriptText } from "../../read/dockerfile/questions.ts";
import { eachInstruction } from "../../read/walk.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import { runOf } from "../dockerfile/run.ts";
import type { Rule } from "../types.ts";

const nearby = ["localhost", "127.", "[::1]", "0.0.0.0", "host.docker.internal"];

function isPlain({ value }: { readonly value: string }): boolean {
  const address = value.toLowerCase();
  return address.startsWith("http://") && !nearby.some((host) => address.startsWith(`http://${host}`));
}

/** With these, curl and wget ask for headers, states and probes, which are no software. */
const noDownload = ["-I", "--head", "--spider", "-X", "--request", "-d", "--data"];

/** A download over plain HTTP that nothing verifies. */
export const downloadUnverified: Rule = {
  code: "GD031",
  name: "download-unverified",
  family: "dockerfile",
  rank: "hardening",
  what: "A build downloads over plain HTTP, and nothing in the same RUN verifies a checksum or a signature.",
  why: "Whoever sits between the build and the server can put any software into the image.",
  fix: "Use https, or verify the file: sha256sum --check in the same RUN, ADD --checksum=sha256:...",
  examples: {
    bad: [
      dockerfileExampleAt([2], "FROM debian:13", "RUN curl -fsSL http://example.com/tool.tar.gz | tar xz"),
      dockerfileExampleAt([2], "FROM debian:13", "ADD http://example.com/tool /usr/local/bin/tool"),
    ],
    good: [
      dockerfileExample("FROM debian:13", "RUN curl -fsSL https://example.com/tool.tar.gz | tar xz"),
      dockerfileExample(
        "FROM debian:13",
        "RUN curl -O http://example.com/tool && echo 'abc  tool' | sha256sum -c",
      ),
      dockerfileExample(
        "FROM debian:13",
        "ADD --checksum=sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef http://example.com/tool /bin/",
      ),
      dockerfileExample("FROM debian:13", "RUN curl http://localhost:8000/health"),
    ],
  },
  *check(facts) {
    for (const { dockerfile, stage, instruction } of eachInstruction(facts, "RUN", "ADD")) {
      if (stage === undefined) continue;
      if (instruction.keyword === "ADD") {
        const address = instruction.words.slice(0, -1).find(isPlain);
        if (address === undefined || flag(instruction, "checksum") !== undefined) continue;
        yield {
          at: address.span,
          message: `${address.value} comes over plain HTTP, and nothing verifies what arrives.`,
        };
        continue;
      }
      for (const command of runOf(dockerfile, stage, instruction).commands) {
        if (command.name !== "curl" && command.name !== "wget") continue;
        if (command.words.some((word) => noDownload.includes(word.value))) continue;
        const address = command.words.find(isPlain);
        if (address === undefined || verifies(instruction)) continue;
        yield {
          at: command.spanOfWord(address),
          message: `${address.value} comes over plain HTTP, and nothing verifies what arrives.`,
        };
      }
    }
  },
};

/** Whether a RUN has a program that verifies files. */
function verifies(instruction: Instruction): boolean {
  const script = scriptText(instruction);
  return /sha\d+sum|shasum|\bgpg\b|cosign|minisign|openssl\s+dgst|md5sum/.test(script);
}
