import type { Dockerfile, Stage } from "../../read/dockerfile/model.ts";
import { parseDockerfile } from "../../read/dockerfile/parse.ts";
import type { InspectedImage } from "../../read/image/model.ts";
import { exampleImage } from "../image/example.ts";
import type { Report, Rule, RuleExample } from "../types.ts";

/** An image that is not what its Dockerfile says. */
export const imageDiffersFromDockerfile: Rule = {
  code: "GI014",
  name: "image-differs-from-dockerfile",
  family: "image",
  rank: "hardening",
  what: "User, ports, entry point, command or health check of the image differ from what its Dockerfile declares.",
  why: "The image was built from an older file, another target, or something set them afterwards: what is checked and reviewed is not what runs.",
  fix: "Build the image anew from this Dockerfile, or bring the file up to date.",
  examples: {
    bad: [
      drift('FROM node:24\nUSER node\nEXPOSE 3000\nCMD ["node", "app.js"]\n', {
        user: "",
        cmd: ["node", "app.js"],
        exposed: ["3000/tcp"],
      }),
    ],
    good: [
      drift("FROM node:24\nUSER node\nEXPOSE 3000\nCMD node app.js\n", {
        user: "node",
        cmd: ["/bin/sh", "-c", "node app.js"],
        exposed: ["3000/tcp", "9229/tcp"],
      }),
    ],
  },
  *check(facts) {
    for (const image of facts.images) {
      if (image.declared !== undefined) yield* differences(image, image.declared.stage);
    }
  },
};

function drift(text: string, config: Parameters<typeof exampleImage>[1]): RuleExample {
  const dockerfile: Dockerfile = parseDockerfile("Dockerfile", text);
  const stage = dockerfile.stages.at(-1);
  return {
    files: { Dockerfile: text },
    images: [
      exampleImage([{ by: "CMD" }], config, stage === undefined ? {} : { declared: { dockerfile, stage } }),
    ],
  };
}

function* differences(image: InspectedImage, stage: Stage): Generator<Report> {
  const { config } = stage;
  const built = image.config;
  const report = (at: Report["at"], what: string, declared: string, found: string): Report => ({
    at,
    message: `${image.reference} has ${found === "" ? `no ${what}` : `the ${what} ${found}`}, and the Dockerfile says ${declared}.`,
  });
  const { user, entrypoint, cmd, healthcheck } = config;
  if (user !== undefined && !user.value.includes("$") && user.value.trim() !== built.user) {
    yield report(user.span, "user", user.value.trim(), built.user);
  }
  for (const { port, protocol, span } of config.exposed) {
    const name = `${port}/${protocol}`;
    if (port !== undefined && !built.exposed.includes(name))
      yield report(span, `port ${name}`, `EXPOSE ${name}`, "");
  }
  const commands = [
    ["entry point", entrypoint, built.entrypoint],
    ["command", cmd, built.cmd],
  ] as const;
  for (const [what, declared, found] of commands) {
    if (declared === undefined || declared.value.text.includes("$")) continue;
    const { form, words, text } = declared.value;
    const same =
      form === "exec"
        ? JSON.stringify(words) === JSON.stringify(found)
        : squeezed(found.at(-1) ?? "") === squeezed(text);
    if (!same) yield report(declared.span, what, form === "exec" ? words.join(" ") : text, found.join(" "));
  }
  if (healthcheck !== undefined && !healthcheck.value.disabled && built.healthcheck === undefined) {
    yield report(healthcheck.span, "health check", "HEALTHCHECK", "");
  }
}

function squeezed(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
