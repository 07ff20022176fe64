import type { BakeFile, BakeTarget } from "../../read/bake/model.ts";
import type { Dockerfile, Stage } from "../../read/dockerfile/model.ts";
import { usedStages } from "../../read/dockerfile/questions.ts";
import { dedent } from "../dedent.ts";
import { nameOf } from "../insight/built-images.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const baseBuiltBeside: Rule = {
  code: "GX035",
  name: "base-built-beside",
  family: "across",
  rank: "will-fail",
  what: "A Dockerfile starts FROM an image that another target of the same Bake file, or another service of the same project, builds.",
  why: "Both are built at the same time: the second one takes the image of that name from the registry, which is the one of the last release (or none at all). The code of this build is not in it.",
  fix: 'Link the two: `contexts = { "NAME" = "target:OTHER" }` in Bake, `additional_contexts: ["NAME=service:OTHER"]` in Compose.',
  examples: {
    bad: [
      {
        files: {
          "docker-bake.hcl": dedent`
            target "web" {
              dockerfile = "web.Dockerfile"
              tags = ["ghcr.io/shop/web:latest"]
            }
            target "worker" {
              dockerfile = "worker.Dockerfile"
              tags = ["ghcr.io/shop/worker:latest"]
            }
          `,
          "web.Dockerfile": "FROM python:3.13-slim\n",
          "worker.Dockerfile": dedent`
            FROM ghcr.io/shop/web:latest
            CMD ["celery", "worker"]
          `,
        },
        at: ["worker.Dockerfile:1"],
      },
      {
        title: "two services",
        files: {
          "compose.yaml": dedent`
            services:
              web:
                build: web
                image: shop/web
              worker:
                build: worker
          `,
          "web/Dockerfile": "FROM python:3.13-slim\n",
          "worker/Dockerfile": "FROM shop/web\n",
        },
        at: ["worker/Dockerfile:1"],
      },
    ],
    good: [
      {
        title: "services that share one build",
        files: {
          "compose.yaml": dedent`
            services:
              web:
                build: .
                image: alpine
              worker:
                build: .
`,
          Dockerfile: "FROM alpine\n",
        },
      },
      {
        files: {
          "docker-bake.hcl": dedent`
            target "web" {
              dockerfile = "web.Dockerfile"
              tags = ["ghcr.io/shop/web:latest"]
            }
            target "worker" {
              dockerfile = "worker.Dockerfile"
              contexts = {
                "ghcr.io/shop/web:latest" = "target:web"
              }
            }
          `,
          "web.Dockerfile": "FROM python:3.13-slim\n",
          "worker.Dockerfile": "FROM ghcr.io/shop/web:latest\n",
          "compose.yaml": dedent`
            services:
              web:
                build: { context: ., dockerfile: web.Dockerfile }
                image: shop/web
              worker:
                build:
                  context: .
                  dockerfile: other.Dockerfile
                  additional_contexts: ["shop/web=service:web"]
          `,
          "other.Dockerfile": "FROM shop/web\n",
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const file of facts.bakeFiles) for (const target of file.targets) yield* ofTarget(file, target);
    for (const project of facts.composeProjects) {
      for (const service of project.services) {
        const { build } = service;
        if (build?.link.dockerfile === undefined) continue;
        const linked = new Set(build.additionalContexts.map(({ name }) => nameOf(name)));
        for (const stage of onImages(build.link.dockerfile, build.link.stage)) {
          const base = nameOf(stage.baseText);
          const maker = project.services.find(
            (one) =>
              one !== service &&
              one.build !== undefined &&
              one.build.link.stage !== build.link.stage &&
              one.image !== undefined &&
              nameOf(one.image.value.text) === base,
          );
          if (base === undefined || maker?.image === undefined || linked.has(base)) continue;
          yield {
            at: stage.baseSpan,
            message: `Service ${service.name} is built on ${stage.baseText}, which ${maker.name} builds at the same time: it gets the old one, or none.`,
            fix: `Add \`additional_contexts: ["${stage.baseText}=service:${maker.name}"]\` to the build of ${service.name}.`,
            related: [{ at: maker.image.span, message: `built by ${maker.name}` }],
          };
        }
      }
    }
  },
};

function* ofTarget(file: BakeFile, target: BakeTarget): Generator<Report> {
  if (target.link.dockerfile === undefined) return;
  const linked = new Set(target.contexts.map(({ name }) => nameOf(name)));
  for (const stage of onImages(target.link.dockerfile, target.link.stage)) {
    const base = nameOf(stage.baseText);
    const maker = file.targets.find(
      (one) =>
        one.name !== target.name &&
        base !== undefined &&
        one.tags.some(({ value }) => nameOf(value) === base),
    );
    const tag = maker?.tags.find(({ value }) => nameOf(value) === base);
    if (maker === undefined || tag === undefined || linked.has(base)) continue;
    yield {
      at: stage.baseSpan,
      message: `Target ${target.name} is built on ${stage.baseText}, which target ${maker.name} builds at the same time: it gets the last release from the registry, or none.`,
      fix: `Add \`contexts = { "${stage.baseText}" = "target:${maker.name}" }\` to target ${target.name}.`,
      related: [{ at: tag.span, message: `built by target ${maker.name}` }],
    };
  }
}

/** Stages of a build that start from images, not from stages of the same file. */
function onImages(dockerfile: Dockerfile, target: Stage | undefined): readonly Stage[] {
  return [...usedStages(dockerfile, target)].filter(
    ({ base }) => base.kind === "image" && base.reference.known,
  );
}
