import type { ComposeService } from "../../read/compose/model.ts";
import { imageIn, type ServiceImage } from "../../read/compose/questions.ts";
import type { CommandLine } from "../../read/dockerfile/model.ts";
import { lineage } from "../../read/dockerfile/questions.ts";
import { programsInService } from "../../read/programs.ts";
import { commandsOf, needsShell } from "../../read/shell/questions.ts";
import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import type { Report, Rule } from "../types.ts";

/** Where a mount may bring programs. */
const programFolders = ["/usr", "/opt", "/root", "/home"];

/** See `what`. */
export const commandProgramMissing: Rule = {
  code: "GX048",
  name: "command-program-missing",
  family: "across",
  rank: "will-fail",
  what: "The command of a service starts a program that its image does not have.",
  why: 'The container cannot be created: `exec: "...": executable file not found in $PATH`. It happens with `bash` on Alpine, and with build tools (`cargo`, `npm`) in the last stage, which no longer has them.',
  fix: "Build the stage that has the program (`build.target`), install it, or use one that is there.",
  examples: {
    bad: [
      {
        title: "build tools in the last stage",
        files: {
          Dockerfile: dedent`
            FROM rust:1 AS build
            RUN cargo build --release
            FROM debian:bookworm-slim
            COPY --from=build /build/target/release/app /usr/local/bin/app
            CMD ["app"]
          `,
          "compose.yaml": dedent`
            services:
              app:
                build: .
                command: cargo watch -x run
          `,
        },
        at: ["compose.yaml:4"],
      },
      {
        title: "bash on Alpine",
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: node:22-alpine
                command: bash -c "npm ci && npm start"
          `,
        },
        at: ["compose.yaml:4"],
      },
    ],
    good: [
      {
        files: {
          Dockerfile: dedent`
            FROM rust:1 AS build
            RUN cargo build --release
            FROM debian:bookworm-slim AS tools
            RUN apt-get update && apt-get install -y cargo
            FROM debian:bookworm-slim AS copied
            COPY --from=build /usr/local/cargo /usr/local/cargo
            ENV PATH=/usr/local/cargo/bin:$PATH
          `,
          "compose.yaml": dedent`
            services:
              build:
                build: { context: ., target: build }
                command: cargo watch -x run
              tools:
                build: { context: ., target: tools }
                command: cargo watch -x run
              copied:
                build: { context: ., target: copied }
                command: cargo watch -x run
              web:
                image: node:22-alpine
                command: sh -c "npm ci && npm start"
              db:
                image: postgres:17-alpine
                command: -c fsync=off
              other:
                image: shop/tool:2
                command: bash
          `,
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    for (const { project, service } of eachService(facts)) {
      const image = imageIn(project, service);
      const started = startedBy(service, image);
      if (
        started === undefined ||
        service.volumes.some(({ target }) => programFolders.some((folder) => target.startsWith(folder)))
      )
        continue;
      const programs = programsInService(service, image);
      for (const name of programNames(started.value)) {
        if (programs.has(name) !== "no" && !lacksTool(image, name, programs)) continue;
        const base =
          image.kind === "built"
            ? (image.stage.rootImage?.text ?? "scratch")
            : image.kind === "pulled"
              ? image.reference.text
              : "";
        yield {
          at: started.span,
          message: `${service.name} cannot start: its image has no ${name} (${image.kind === "built" ? `stage ${image.stage.name ?? image.stage.index} on ${base}` : base}).`,
          ...(image.kind === "built"
            ? { related: [{ at: image.stage.baseSpan, message: "the stage that is built" }] }
            : {}),
        };
        break;
      }
    }
  },
};

/** The command line of the Compose file that names the program; `undefined` when it is only given to an entry point. */
function startedBy(service: ComposeService, image: ServiceImage): ComposeService["command"] {
  if (service.entrypoint !== undefined) return service.entrypoint;
  // The entry points of the official images run a command that begins with a program.
  if (image.kind === "pulled") return image.reference.official === undefined ? undefined : service.command;
  if (image.kind !== "built" || image.stage.config.entrypoint !== undefined) return undefined;
  return image.stage.rootImage?.official === undefined && image.stage.rootImage !== undefined
    ? undefined
    : service.command;
}

/** The shell, when there is one, and the first program that it runs. */
function programNames(line: CommandLine): readonly string[] {
  const first = line.words[0] ?? "";
  if (first === "" || first.startsWith("-") || first.includes("$")) return [];
  const inside = commandsOf(line)[0]?.name ?? "";
  const folder = ["/usr/bin/", "/bin/"].find((one) => first.startsWith(one)) ?? "";
  const plain = first.slice(folder.length);
  const names = needsShell(line) ? [line.form === "shell" ? "sh" : plain, inside] : [plain];
  return names.filter((name) => name !== undefined && /^[\w.+-]+$/.test(name)) as string[];
}

/** Tools that come with the image of their language only. */
const tools: Readonly<Record<string, string>> = {
  cargo: "rust",
  rustc: "rust",
  npm: "node",
  npx: "node",
  node: "node",
  yarn: "node",
  pnpm: "node",
  go: "golang",
  bundle: "ruby",
  composer: "php",
};

/** Whether an image on a plain system surely has not got the tool of a language. */
function lacksTool(
  image: ServiceImage,
  name: string,
  programs: ReturnType<typeof programsInService>,
): boolean {
  const base = image.kind === "built" ? image.stage.rootImage?.official : undefined;
  if (
    image.kind !== "built" ||
    tools[name] === undefined ||
    !["debian", "ubuntu", "alpine", "nginx"].includes(base ?? "")
  )
    return false;
  // Where anything may have been installed, these are not known to be missing either.
  const certain = ["telnet", "nano"].some((one) => programs.has(one) === "no");
  const moved = lineage(image.stage).some(({ instructions }) =>
    instructions.some(({ keyword, text }) => keyword === "ENV" && /\bPATH\b/.test(text)),
  );
  return certain && !moved && programs.has(name) === "unknown";
}
