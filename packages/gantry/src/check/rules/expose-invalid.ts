import { eachInstruction } from "../../read/walk.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import type { Rule } from "../types.ts";

/** EXPOSE of something that is no port. */
export const exposeInvalid: Rule = {
  code: "GD023",
  name: "expose-invalid",
  family: "dockerfile",
  rank: "will-fail",
  what: "EXPOSE names a port or a protocol that does not exist.",
  why: "Ports end at 65535, and the protocols are tcp, udp and sctp; the builder ends with `Invalid containerPort` or `Invalid proto`.",
  fix: "Write PORT, FIRST-LAST or PORT/PROTOCOL.",
  aliases: [
    { tool: "hadolint", id: "DL3011" },
    { tool: "trivy", id: "DS-0008" },
  ],
  examples: {
    bad: [
      dockerfileExampleAt([2], "FROM nginx:1.29", "EXPOSE 80000"),
      dockerfileExampleAt([2], "FROM nginx:1.29", "EXPOSE 80/http"),
    ],
    good: [
      dockerfileExample("FROM nginx:1.29", "EXPOSE 80 443/tcp 8000-8010/udp"),
      dockerfileExample("FROM nginx:1.29", "EXPOSE $PORT ${PORT:-80}/tcp"),
    ],
  },
  *check(facts) {
    for (const { instruction } of eachInstruction(facts, "EXPOSE")) {
      for (const { value, span } of instruction.words) {
        if (value.includes("$") || Number(value) <= 65535) continue;
        const match = /^(\d+)(?:-(\d+))?(?:\/(\w+))?$/.exec(value);
        if (match === null) continue;
        const ports = [match[1], match[2]].filter((port) => port !== undefined).map(Number);
        const known = match[3] === undefined || ["tcp", "udp", "sctp"].includes(match[3].toLowerCase());
        if (known && ports.every((port) => port <= 65535)) continue;
        yield {
          at: span,
          message: `EXPOSE ${value}: ${known ? "ports end at 65535" : `there is no protocol ${match[3]}`}; the build ends here.`,
        };
      }
    }
  },
};
