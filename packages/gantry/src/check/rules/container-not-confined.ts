import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import { listed } from "../insight/wording.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const containerNotConfined: Rule = {
  code: "GC037",
  name: "container-not-confined",
  family: "compose",
  rank: "hardening",
  enabled: false,
  what: "A service keeps rights that most applications never need.",
  why: "A stolen application can use them: set-uid programs to become root, capabilities such as `NET_RAW`, a writable file system to bring tools. Off by default, because it is true of nine files in ten.",
  fix: "Add `cap_drop: [ALL]`, `security_opt: [no-new-privileges:true]` and `read_only: true` with `tmpfs` for what it must write.",
  aliases: [
    { tool: "compose-lint", id: "CL-0003" },
    { tool: "compose-lint", id: "CL-0006" },
    { tool: "compose-lint", id: "CL-0007" },
    { tool: "cis", id: "5.13" },
    { tool: "cis", id: "5.26" },
  ],
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: shop/web:2
                read_only: true
          `,
        },
        at: ["compose.yaml:2"],
      },
    ],
    good: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: shop/web:2
                read_only: true
                tmpfs: [/tmp]
                cap_drop: [ALL]
                security_opt: ["no-new-privileges:true"]
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { service } of eachService(facts)) {
      const missing = [
        ...(service.capDrop.some(({ value }) => value.toUpperCase() === "ALL") ? [] : ["`cap_drop: [ALL]`"]),
        ...(service.securityOpt.some(({ value }) => /^no-new-privileges(?:[:=]true)?$/.test(value))
          ? []
          : ["`no-new-privileges`"]),
        ...(service.readOnly?.value === true ? [] : ["`read_only: true`"]),
      ];
      if (missing.length === 0) continue;
      yield { at: service.nameSpan, message: `${service.name} runs without ${listed(missing)}.` };
    }
  },
};
