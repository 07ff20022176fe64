import { historySpan } from "../../read/image/history.ts";
import { baseName } from "../dockerfile/run.ts";
import { isRoot } from "../dockerfile/users.ts";
import { imageExample } from "../image/example.ts";
import { stackOf } from "../image/layers.ts";
import type { Rule } from "../types.ts";

/** An image whose program starts as root. */
export const imageRunsAsRoot: Rule = {
  code: "GI004",
  name: "image-runs-as-root",
  family: "image",
  rank: "hardening",
  what: "The image says no user, or root, and has nothing that would change it at the start.",
  why: "What gets into the program is root in the container, and root on the host as soon as something gives it a way out.",
  fix: "End the Dockerfile with USER and the number of a user, and give that user the folders it writes.",
  aliases: [
    { tool: "dockle", id: "CIS-DI-0001" },
    { tool: "cis", id: "4.1" },
    { tool: "trivy", id: "DS-0002" },
  ],
  examples: {
    bad: [imageExample([{ by: 'CMD ["node"]' }], { user: "", cmd: ["node", "app.js"] })],
    good: [
      imageExample([{ by: "USER 1000" }], { user: "1000:1000", cmd: ["node", "app.js"] }),
      {
        title: "an entry point that gives root away",
        ...imageExample([{ by: "RUN install gosu", files: [{ path: "/usr/local/bin/gosu", mode: 0o755 }] }], {
          user: "",
          cmd: ["postgres"],
        }),
      },
    ],
  },
  *check(facts) {
    for (const image of facts.images) {
      const { user, cmd, entrypoint } = image.config;
      if ((user !== "" && !isRoot(user)) || (cmd.length === 0 && entrypoint.length === 0)) continue;
      const changes = [...stackOf(image).visible.keys()].some(
        (path) =>
          /^(?:gosu|su-exec|setpriv-entrypoint|s6-setuidgid|chpst|nginx)$/.test(baseName(path)) &&
          /\/s?bin\/|\/command\//.test(path),
      );
      if (changes) continue;
      const line = image.history.findLastIndex((entry) => /\bUSER\b/.test(entry.createdBy));
      const last = image.history.length - 1;
      yield {
        at: historySpan(image, line === -1 ? last : line),
        message: `${image.reference} starts ${[...entrypoint, ...cmd].slice(0, 3).join(" ")} as root${user === "" ? ", because it has no USER" : ""}.`,
      };
    }
  },
};
