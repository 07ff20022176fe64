import type { ComposeService, ServiceVolume } from "../../read/compose/model.ts";
import { effectiveUser, imageIn } from "../../read/compose/questions.ts";
import type { Stage } from "../../read/dockerfile/model.ts";
import { copyDestination, lineageInstructions, scriptText } from "../../read/dockerfile/questions.ts";
import type { ProjectFacts } from "../../read/facts.ts";
import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import { isRoot } from "../dockerfile/users.ts";
import { absolute, isBelow } from "../insight/made-folders.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const volumeOwnedByRoot: Rule = {
  code: "GX027",
  name: "volume-owned-by-root",
  family: "across",
  rank: "will-fail",
  what: "A named volume is mounted at a path that the image does not have, and the container does not run as root.",
  why: "An empty volume takes owner and content from the image's folder at that path. Without such a folder Docker makes it for root, and the application fails with `Permission denied` at its first write.",
  fix: "Make the folder in the Dockerfile, owned by the user, before `USER`.",
  examples: {
    bad: [
      {
        files: {
          Dockerfile: dedent`
            FROM python:3.13-slim
            RUN useradd --create-home app
            WORKDIR /app
            COPY main.py ./
            USER app
            CMD ["python", "main.py"]
          `,
          "main.py": "",
          "compose.yaml": dedent`
            services:
              web:
                build: .
                volumes:
                  - uploads:/app/uploads
            volumes:
              uploads:
          `,
        },
        at: ["compose.yaml:5"],
      },
    ],
    good: [
      {
        title: "an empty volume that keeps the host's packages out",
        files: {
          Dockerfile: dedent`
            FROM node:22-slim
            RUN mkdir /srv/shop && chown node /srv/shop
            WORKDIR /srv/shop
            USER node
            RUN npm ci
            WORKDIR /srv/shop/app
`,
          "compose.yaml": dedent`
            services:
              web:
                build: .
                volumes: [".:/srv/shop/app", "unused:/srv/shop/app/node_modules"]
            volumes:
              unused:
`,
        },
      },
      {
        title: "made by the image, in the context, or run as root",
        files: {
          Dockerfile: dedent`
            FROM python:3.13-slim AS made
            RUN useradd --create-home app && install -d -o app /app/uploads
            USER app
            FROM python:3.13-slim AS copied
            WORKDIR /app
            COPY --chown=1000:1000 . .
            USER 1000
            FROM python:3.13-slim AS root
          `,
          "uploads/.gitkeep": "",
          "compose.yaml": dedent`
            services:
              made:
                build: { context: ., target: made }
                volumes: ["uploads:/app/uploads"]
              copied:
                build: { context: ., target: copied }
                volumes: ["uploads:/app/uploads"]
              root:
                build: { context: ., target: root }
                volumes: ["uploads:/app/uploads"]
              other:
                build: { context: ., target: made }
                user: root
                volumes: ["uploads:/srv"]
            volumes:
              uploads:
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { project, service } of eachService(facts)) {
      const image = imageIn(project, service);
      const user = effectiveUser(service, image);
      if (image.kind !== "built" || user === undefined) continue;
      if (isRoot(user.value) || user.value.includes("$")) continue;
      for (const volume of service.volumes) {
        if (volume.type !== "volume" || volume.readOnly || volume.dynamic || volume.source === undefined)
          continue;
        // An empty volume keeps the host's packages out of the container; nobody is to write there.
        const covers = service.volumes.some(
          ({ type, target }) => type === "bind" && isBelow(volume.target, target),
        );
        if (covers && volume.target.endsWith("/node_modules")) continue;
        if (
          mayExist(facts, service, image.stage, volume) ||
          isPreparedBySibling(project.services, service, volume)
        )
          continue;
        yield {
          at: volume.span,
          message: `${service.name} runs as ${user.value} and cannot write to ${volume.target}: the image has no such folder, so the volume belongs to root.`,
          fix: `Add \`RUN install -d -o ${user.value.split(":")[0]} ${volume.target}\` before \`USER ${user.value}\`.`,
          related: [{ at: user.span, message: `the user ${user.value}` }],
        };
      }
    }
  },
};

/** Whether something in the build may make the folder, or a base image that is not known may have it. */
function mayExist(
  facts: ProjectFacts,
  { build }: ComposeService,
  stage: Stage,
  { target }: ServiceVolume,
): boolean {
  const base = stage.rootImage?.official;
  if (base === undefined || !plainBases.has(base) || plainFolders.test(target)) return true;
  const name = target.slice(target.lastIndexOf("/") + 1);
  let workdir: string | undefined = "/";
  for (const instruction of lineageInstructions(stage)) {
    const script = scriptText(instruction);
    switch (instruction.keyword) {
      case "WORKDIR":
        workdir = absolute(workdir, instruction.words[0]?.value ?? "");
        if (workdir === undefined || workdir === target || isBelow(workdir, target)) return true;
        break;
      case "VOLUME":
      case "RUN":
        // A variable may hold the path, and a script may do anything.
        if (script.includes(name) || /\$\{?[A-Z_]*(?:DIR|PATH|HOME|ROOT)|\.sh\b|mkdir[^&;|]*\$/.test(script))
          return true;
        break;
      case "COPY":
      case "ADD": {
        const destination = absolute(workdir, copyDestination(instruction)?.value ?? "$");
        if (destination === undefined || destination === target || isBelow(destination, target)) return true;
        if (!isBelow(target, destination)) break;
        // From another stage, or from an archive, anything may come; from the context, what the project's files show.
        const rest = target.slice(destination === "/" ? 1 : destination.length + 1);
        const context = build?.link.context;
        const local =
          instruction.keyword === "COPY" && !instruction.flags.some((flag) => flag.name === "from");
        if (!local || context === undefined || facts.paths.length === 0) return true;
        if (facts.paths.some((path) => path.includes(`${rest}/`))) return true;
        break;
      }
      default:
    }
  }
  return false;
}

/** A service that runs as root and mounts the same volume may hand it over first. */
function isPreparedBySibling(
  services: readonly ComposeService[],
  service: ComposeService,
  volume: ServiceVolume,
): boolean {
  return services.some(
    (one) => one !== service && one.volumes.some(({ source }) => source === volume.source),
  );
}

/** Official images that have no folders for applications of their own. */
const plainBases = new Set([
  "python",
  "node",
  "golang",
  "ruby",
  "php",
  "debian",
  "ubuntu",
  "alpine",
  "rust",
  "openjdk",
  "eclipse-temurin",
  "bun",
  "denoland",
]);

/** Folders that these images do have, or that everybody can write to. */
const plainFolders =
  /^\/(?:tmp|var\/tmp|home|opt|srv|mnt|media|data|var(?:\/(?:lib|log|www|cache|run|www\/html))?|usr(?:\/.*)?|etc(?:\/.*)?|run|root(?:\/.*)?|home\/node(?:\/\..*)?)$/;
