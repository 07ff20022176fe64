import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import type { Report, Rule } from "../types.ts";

const off = ["seccomp=unconfined", "apparmor=unconfined", "systempaths=unconfined", "label=disable"];

/** See `what`. */
export const securityProfileOff: Rule = {
  code: "GC027",
  name: "security-profile-off",
  family: "compose",
  rank: "hardening",
  what: "A container runs without seccomp, AppArmor or SELinux.",
  why: "The engine's default profile blocks the system calls that most break-outs of containers need; `unconfined` opens them all.",
  fix: "Remove the line, or name a profile file that allows just the missing system call.",
  aliases: [
    { tool: "compose-lint", id: "CL-0009" },
    { tool: "cis", id: "5.22" },
  ],
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              browser:
                image: shop/browser:2
                security_opt:
                  - no-new-privileges:true
                  - seccomp:unconfined
          `,
        },
        at: ["compose.yaml:6"],
      },
    ],
    good: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              browser:
                image: shop/browser:2
                security_opt:
                  - no-new-privileges:true
                  - seccomp=./chromium.json
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { service } of eachService(facts)) {
      for (const { value, span } of service.securityOpt) {
        if (!off.includes(value.replace(":", "="))) continue;
        yield { at: span, message: `${service.name} runs with \`${value}\`: a default protection is off.` };
      }
    }
  },
};
