import { eachInstruction } from "../../read/walk.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import type { Rule } from "../types.ts";

/** EXPOSE of something that is no port. */
export const exposeInvalid: Rule = {
  code: "GD023",
  name: "expose-invalid",
  family: "dockerfile",
  rank: "will-fail",
  what: "EXPOSE names something that is no port of a container.",
  why: "EXPOSE takes PORT, FIRST-LAST, and /tcp, /udp or /sctp behind it, up to 65535. It publishes nothing, so it knows no host port and no address; anything else ends the build or is ignored.",
  fix: "Write the container's port only; the host's port belongs to ports: or --publish.",
  aliases: [
    { tool: "hadolint", id: "DL3011" },
    { tool: "buildkit", id: "ExposeInvalidFormat" },
    { tool: "trivy", id: "DS-0008" },
  ],
  examples: {
    bad: [
      dockerfileExampleAt([2], "FROM nginx:1.29", "EXPOSE 8080:80"),
      dockerfileExampleAt([2], "FROM nginx:1.29", "EXPOSE 80000"),
      dockerfileExampleAt([2], "FROM nginx:1.29", "EXPOSE 127.0.0.1:80"),
    ],
    good: [
      dockerfileExample("FROM nginx:1.29", "EXPOSE 80 443/tcp 8000-8010/udp"),
      dockerfileExample("FROM nginx:1.29", "EXPOSE $PORT ${PORT:-80}/tcp"),
    ],
  },
  *check(facts) {
    for (const { instruction } of eachInstruction(facts, "EXPOSE")) {
      for (const { value, span } of instruction.words) {
        if (value.includes("$")) continue;
        const match = /^(\d+)(?:-(\d+))?(?:\/(\w+))?$/.exec(value);
        const ports = [match?.[1], match?.[2]].filter((port) => port !== undefined).map(Number);
        if (match !== null && ports.every((port) => port <= 65535)) {
          if (match[3] === undefined || /^(?:tcp|udp|sctp)$/i.test(match[3])) continue;
        }
        const inner = /:(\d+)(\/\w+)?$/.exec(value);
        yield {
          at: span,
          message:
            match === null
              ? `EXPOSE ${value} is no port of the container${inner === null ? "" : ": it knows neither host ports nor addresses"}.`
              : `EXPOSE ${value}: ${ports.some((port) => port > 65535) ? "ports end at 65535" : `there is no protocol ${match[3]}`}.`,
          ...(inner === null ? {} : { fix: `Write EXPOSE ${inner[1]}${inner[2] ?? ""}` }),
        };
      }
    }
  },
};
