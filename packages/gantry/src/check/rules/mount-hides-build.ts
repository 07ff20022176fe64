import type { ComposeService, ServiceVolume } from "../../read/compose/model.ts";
import { effectiveCommand, imageIn, type ServiceImage } from "../../read/compose/questions.ts";
import type { Instruction, Stage } from "../../read/dockerfile/model.ts";
import { lineageInstructions } from "../../read/dockerfile/questions.ts";
import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import {
  installsAtStart,
  isBelow,
  isPackageFolder,
  type MadeFolder,
  madeFolders,
} from "../insight/made-folders.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const mountHidesBuild: Rule = {
  code: "GX025",
  name: "mount-hides-build",
  family: "across",
  rank: "will-fail",
  what: "A folder of the host is mounted over packages or results that the image was built with.",
  why: "A mount hides what the image has at that path: the container sees the host's `node_modules`, which is missing after a fresh clone or made for another system, and stops with `Cannot find module`.",
  fix: "Add an anonymous volume at the hidden path; it is filled from the image, and after a change of packages anew by `docker compose up --build --renew-anon-volumes`. Or mount only the source folders.",
  examples: {
    bad: [
      {
        files: {
          Dockerfile: dedent`
            FROM node:22-slim
            WORKDIR /app
            COPY package.json package-lock.json ./
            RUN npm ci
            COPY . .
            CMD ["node", "server.js"]
          `,
          "compose.yaml": dedent`
            services:
              web:
                build: .
                volumes:
                  - .:/app
          `,
        },
        at: ["compose.yaml:5"],
      },
      {
        title: "results of another stage",
        files: {
          Dockerfile: dedent`
            FROM node:22-slim AS build
            WORKDIR /src
            RUN npm run build
            FROM python:3.13-slim
            WORKDIR /app
            COPY --from=build /src/dist ./static
          `,
          "compose.yaml": dedent`
            services:
              web:
                build: .
                volumes:
                  - ./backend:/app
          `,
        },
      },
      {
        title: "static files of Django",
        files: {
          Dockerfile: dedent`
            FROM python:3.13
            WORKDIR /app
            COPY . .
            RUN python manage.py collectstatic --noinput
          `,
          "compose.yaml": dedent`
            services:
              web:
                build: .
                volumes:
                  - ./staticfiles:/app/staticfiles
          `,
        },
        at: ["compose.yaml:5"],
      },
    ],
    good: [
      {
        title: "an image of another language, which has them for building its pages",
        files: {
          Dockerfile: dedent`
            FROM python:3.13
            RUN apt-get update && apt-get install -y nodejs npm
            COPY . /app
            WORKDIR /app/pages
            RUN npm ci && npm run build
            CMD ["python", "serve.py"]
          `,
          "compose.yaml": 'services:\n  web:\n    build: .\n    volumes: [".:/app"]\n',
          "pages/package.json": "{}",
        },
      },
      {
        title: "results of a build below source that somebody works on",
        files: {
          Dockerfile: dedent`
            FROM node:22 AS build
            RUN npm run build
            FROM python:3.13-slim
            WORKDIR /app
            COPY --from=build /web/dist /app/web/dist
            CMD ["python", "app.py"]
`,
          "compose.yaml": dedent`
            services:
              web:
                build: .
                volumes: [".:/app"]
`,
        },
      },
      {
        title: "a volume keeps it, only the source is mounted, or the command installs",
        files: {
          Dockerfile: dedent`
            FROM node:22-slim
            WORKDIR /app
            COPY package.json package-lock.json ./
            RUN npm ci
            COPY . .
            CMD ["node", "server.js"]
          `,
          "compose.yaml": dedent`
            services:
              kept:
                build: .
                volumes: [".:/app", "/app/node_modules"]
              source:
                build: .
                volumes: ["./src:/app/src"]
              installs:
                build: .
                command: sh -c "npm install && npm run dev"
                volumes: [".:/app"]
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { project, service } of eachService(facts)) {
      const mounts = service.volumes.filter(({ type, source, dynamic }) => {
        return type === "bind" && !dynamic && source?.startsWith(".") === true;
      });
      const image = mounts.length === 0 ? undefined : imageIn(project, service);
      if (image?.kind !== "built") continue;
      if (installsAtStart(effectiveCommand(service, image)?.words ?? [])) continue;
      const made = madeFolders(image.stage);
      // An image of another language has Node for building its pages alone.
      const root = image.stage.rootImage?.official;
      const isForPages = root !== undefined && root !== "node" && !startsNode(service, image);
      for (const volume of mounts) {
        const hidden = made.find(
          (folder) =>
            isBelow(folder.path, volume.target) &&
            !isKept(service, volume, folder) &&
            !(isForPages && folder.path.endsWith("/node_modules")) &&
            // Who mounts all of the source works on it, and has results of its own.
            (isPackageFolder(folder.path) || ![".", "./"].includes(volume.source ?? "")),
        );
        const isStatic = volume.target.includes("/static") && staticFolder.test(volume.target);
        const collected = hidden === undefined && isStatic ? collectedHere(image.stage) : undefined;
        if (collected !== undefined) {
          yield {
            at: volume.span,
            message: `${volume.text} hides the static files that the image of ${service.name} collected.`,
            fix: `Remove it, or run \`collectstatic\` when the container starts.`,
            related: [{ at: collected.span, message: "collected here" }],
          };
        }
        if (hidden === undefined) continue;
        yield {
          at: volume.span,
          message: `${volume.text} hides ${hidden.path}, which the image of ${service.name} brings; the container sees the host's, if there is one.`,
          fix: `Add \`- ${hidden.path}\` to the volumes of ${service.name}.`,
          related: [{ at: hidden.span, message: `${hidden.path} is made here` }],
        };
      }
    }
  },
};

const staticFolder = /\/static(?:files|_root|_files)?$/;

/** The RUN that collects Django's static files; they go to a folder that the settings name. */
function collectedHere(stage: Stage): Instruction | undefined {
  return lineageInstructions(stage).find(
    ({ keyword, text }) => keyword === "RUN" && /\bcollectstatic\b/.test(text),
  );
}

function startsNode(service: ComposeService, image: ServiceImage): boolean {
  const words = effectiveCommand(service, image)?.words ?? [];
  return words.some((word) => /(?:^|[\s/])(?:node|npm|npx|yarn|pnpm|bun|vite|next)\b/.test(word));
}

/** Whether a mount of its own lies between the hiding one and the folder. */
function isKept(service: ComposeService, hiding: ServiceVolume, folder: MadeFolder): boolean {
  return service.volumes.some(
    ({ target }) =>
      target !== hiding.target &&
      isBelow(target, hiding.target) &&
      (target === folder.path || isBelow(folder.path, target)),
  );
}
