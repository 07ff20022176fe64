import type { ComposeService } from "../../read/compose/model.ts";
import { dedent } from "../dedent.ts";
import { listed } from "../insight/wording.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const imageBuiltRepeatedly: Rule = {
  code: "GC034",
  name: "image-built-repeatedly",
  family: "compose",
  rank: "tidy",
  what: "Several services build the same image under different names.",
  why: "Each gets an image of its own: one of them can be rebuilt and another forgotten, a push sends all of them, and nothing says that they belong together.",
  fix: "Build it in one service with an `image:` name, and use that name in the others.",
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              api:
                build: .
              worker:
                build: .
                command: ["node", "worker.js"]
          `,
          Dockerfile: "FROM node:22-slim\n",
        },
        at: ["compose.yaml:5"],
      },
    ],
    good: [
      {
        title: "one name, or another target",
        files: {
          "compose.yaml": dedent`
            services:
              api:
                build: { context: ., target: api }
                image: shop/api
              migrate:
                build: { context: ., target: api }
                image: shop/api
              worker:
                build: { context: ., target: worker }
          `,
          Dockerfile: dedent`
            FROM node:22-slim AS api
            FROM node:22-slim AS worker
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { services } of facts.composeProjects) {
      const groups = Map.groupBy(
        services.filter(
          ({ image, build }) => image === undefined && build !== undefined && build.inline === undefined,
        ),
        recipeOf,
      );
      for (const [first, ...others] of groups.values()) {
        const second = others[0];
        if (first?.build === undefined || second?.build === undefined || first.build.context === undefined)
          continue;
        const names = [first, ...others].map(({ name }) => name);
        yield {
          at: second.build.span,
          message: `${listed(names)} build the same image ${names.length} times, each under its own name.`,
          fix: `Give ${first.name} \`image: NAME\`, and write \`image: NAME\` instead of \`build\` in ${listed(names.slice(1))}.`,
          related: [{ at: first.build.span, message: `built here for ${first.name}` }],
        };
      }
    }
  },
};

/** All that makes the result of a build; equal for equal images. */
function recipeOf({ build, platform, profiles }: ComposeService): string {
  return JSON.stringify([
    build?.contextText,
    build?.dockerfile?.value,
    build?.target?.value,
    build?.args.map(({ name, raw }) => [name, raw]).toSorted(),
    build?.platforms.map(({ value }) => value),
    build?.additionalContexts.map(({ name, raw }) => [name, raw]),
    platform?.value,
    profiles.map(({ value }) => value),
  ]);
}
