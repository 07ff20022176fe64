import { effectiveCommand, imageIn } from "../../read/compose/questions.ts";
import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import { installsAtStart, isPackageFolder, madeFolders } from "../insight/made-folders.ts";
import type { Report, Rule } from "../types.ts";

const dockerfile = dedent`
  FROM node:22-slim
  WORKDIR /app
  COPY package.json package-lock.json ./
  RUN npm ci
  COPY . .
  CMD ["node", "server.js"]
`;

/** See `what`. */
export const packagesKeptInVolume: Rule = {
  code: "GX050",
  name: "packages-kept-in-volume",
  family: "across",
  rank: "hardening",
  what: "A named volume lies over the folder that the image installs its packages into.",
  why: "Docker fills a volume from the image only while it is empty. After the next change of a dependency the image has the new packages and the container the old ones, until somebody removes the volume: `Cannot find module`, also after a rebuild and after `docker compose down`.",
  fix: "Use an anonymous volume, which `docker compose up --build --renew-anon-volumes` fills anew, or mount only the source folders.",
  examples: {
    bad: [
      {
        files: {
          Dockerfile: dockerfile,
          "compose.yaml": dedent`
            services:
              web:
                build: .
                volumes:
                  - .:/app
                  - packages:/app/node_modules
            volumes:
              packages:
          `,
        },
        at: ["compose.yaml:6"],
      },
    ],
    good: [
      {
        title: "an anonymous volume, another folder, or a command that installs",
        files: {
          Dockerfile: dockerfile,
          "compose.yaml": dedent`
            services:
              web:
                build: .
                volumes: [".:/app", "/app/node_modules", "uploads:/app/uploads"]
              installs:
                build: .
                command: sh -c "npm install && npm run dev"
                volumes: [".:/app", "packages:/app/node_modules"]
            volumes:
              packages:
              uploads:
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { project, service } of eachService(facts)) {
      const volumes = service.volumes.filter(({ type, source, target, dynamic }) => {
        return type === "volume" && source !== undefined && !dynamic && isPackageFolder(target);
      });
      const image = volumes.length === 0 ? undefined : imageIn(project, service);
      if (image?.kind !== "built") continue;
      if (installsAtStart(effectiveCommand(service, image)?.words ?? [])) continue;
      const made = madeFolders(image.stage);
      for (const volume of volumes) {
        const folder = made.find(({ path }) => path === volume.target);
        if (folder === undefined) continue;
        yield {
          at: volume.span,
          message: `${service.name} keeps the packages of its first start in ${volume.source}: those of later images stay hidden behind it.`,
          related: [{ at: folder.span, message: `${folder.path} is made here` }],
        };
      }
    }
  },
};
