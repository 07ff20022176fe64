import { eachInstruction } from "../../read/walk.ts";
import { replace, safely } from "../dockerfile/edits.ts";
import { dockerfileExample, dockerfileExampleAt } from "../dockerfile/example.ts";
import type { Rule } from "../types.ts";

/** EXPOSE with a port of the host. */
export const exposeMapsPort: Rule = {
  code: "GD063",
  name: "expose-maps-port",
  family: "dockerfile",
  rank: "tidy",
  what: "EXPOSE is written as if it published a port: HOST:CONTAINER, or with an address.",
  why: "EXPOSE only notes the container's port; the builder drops the host's part without a word, so that nothing is published and the reader believes it is.",
  fix: "Write the container's port only; the host's port belongs to ports: in Compose, or to docker run --publish.",
  aliases: [{ tool: "buildkit", id: "ExposeInvalidFormat" }],
  examples: {
    bad: [
      dockerfileExampleAt([2], "FROM nginx:1.29", "EXPOSE 8080:80"),
      dockerfileExampleAt([2], "FROM nginx:1.29", "EXPOSE 127.0.0.1:8080:80/tcp"),
    ],
    good: [
      dockerfileExample("FROM nginx:1.29", "EXPOSE 80"),
      dockerfileExample("FROM nginx:1.29", "EXPOSE ${HOST}:80"),
    ],
  },
  *check(facts) {
    for (const { instruction } of eachInstruction(facts, "EXPOSE")) {
      for (const { value, raw, span } of instruction.words) {
        if (!value.includes(":")) continue;
        const inner = /^[\d.[\]:]*:(\d+(?:-\d+)?)(\/\w+)?$/.exec(value);
        if (inner === null) continue;
        const port = `${inner[1]}${inner[2] ?? ""}`;
        yield {
          at: span,
          message: `EXPOSE ${value} publishes nothing: it only notes port ${inner[1]} of the container.`,
          fix: `Write EXPOSE ${port}`,
          ...(raw === value ? { remedy: safely("name the container's port", replace(span, port)) } : {}),
        };
      }
    }
  },
};
