/** What a stack says about how an image is built: which recipe, with which options. Plain data. */
export interface Recipe {
  readonly recipe: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * A build plan: how sources become an image, as data. Recipes return it, the Dockerfile renderer prints it.
 * Nothing here knows Docker's syntax beyond the meaning of its instructions.
 */
export interface BuildPlan {
  /** Folder that is sent to the builder, relative to the stack's folder: `.`, `server`. */
  readonly context: string;
  /** Stages in the order they are written; a stage comes after the ones it copies from. */
  readonly stages: readonly Stage[];
  /** Stage that each environment runs; empty for the last one. */
  readonly targets: Readonly<Record<EnvironmentName, string>>;
  /** Stage that the stack's tests run in: like production, with the tests. */
  readonly testTarget?: string;
  /** Folders that test runners write, beside those of the image, although the root is read-only. */
  readonly testScratch?: readonly string[];
  /** Patterns of the image's own `.dockerignore`, with comments between. */
  readonly ignore: readonly IgnoreLine[];
  /** What the finished image is like: decides probes, users, volumes' ownership. */
  readonly image: ImageTraits;
  /** Build arguments with their defaults; overridable with `--build-arg`. Never secrets. */
  readonly args: Readonly<Record<string, string>>;
  /** Other folders or images that the build reads, by the name that `COPY --from` uses. */
  readonly contexts: Readonly<Record<string, ContextSource>>;
  /** Secrets that `RUN` may mount; never part of a layer. */
  readonly secrets: readonly BuildSecret[];
  /**
   * Stage whose last command may make folders below `below`: what runs copies all of it, owners included. Without it they
   * are made by a command of their own, at the end of what runs.
   */
  readonly folders?: { readonly stage: string; readonly below: string };
  /** How development works on this image: what is synced where and what restarts or rebuilds. */
  readonly develop: DevelopPlan | undefined;
  /** Debian packages that its steps install by the user's wish, and where in the stack each is named. */
  readonly systemPackages?: readonly SystemPackage[];
  /** The image is a page: what a web server must know to serve it. */
  readonly site?: SiteTraits;
  /** A Dockerfile that the user wrote: rendered as it is, `stages` is empty then. */
  readonly dockerfile?: {
    readonly path: string;
    readonly target?: string;
    /** Image of the stack that its last stage stands on. */
    readonly base?: DockerfileBase;
  };
}

/** A package of the distribution, for problems that only the build can see. */
export interface SystemPackage {
  readonly name: string;
  /** Path in the stack: `services.web.build.packages[0]`. */
  readonly path: string;
}

/** What a Dockerfile of the user's has from the image that it stands on. */
export interface DockerfileBase {
  readonly image: string;
  /** Traits that it leaves as they are there. */
  readonly keeps: readonly (keyof ImageTraits)[];
  /** User that it names at its end: the base's own, if that has this name. */
  readonly userName?: string;
}

/** A built page inside a plan. */
export interface SiteTraits {
  /** Port and path at which the finished image, a web server with the files, says that it is well. */
  readonly port: number;
  readonly healthPath: string;
  /** Server with hot reload, in the `dev` stage. */
  readonly devCommand: readonly string[];
  readonly devPort: number;
  /** What the `dev` stage is like; the finished image is a web server instead. */
  readonly devImage: ImageTraits;
  /** Files that open pages ask for by names which a later build no longer has; absent when there are none. */
  readonly hashed?: HashedFiles;
}

/** Files of a page whose names change with their content. */
export interface HashedFiles {
  /** How their paths begin: `/assets/`. */
  readonly paths: readonly string[];
  /** Folder in the image that has those of this build. */
  readonly own: string;
  /** Folder that those of earlier builds are looked for in; in memory, so that a deploy can fill it on a read-only root. */
  readonly earlier: string;
}

/** The three environments; the same stack with other defaults. */
export type EnvironmentName = "dev" | "test" | "production";

/** All environments, in the order people meet them. */
export const environmentNames: readonly EnvironmentName[] = ["dev", "test", "production"];

/** A folder of the project, another image of the stack, or any other image. */
export type ContextSource =
  | { readonly kind: "folder"; readonly path: string }
  | { readonly kind: "image"; readonly image: string }
  | { readonly kind: "reference"; readonly reference: string };

/** A secret for the time of the build. */
export interface BuildSecret {
  /** Id in `--mount=type=secret,id=…`. */
  readonly id: string;
  /** What it is, for the comment beside it. */
  readonly purpose: string;
  /** Where its value comes from when it is built: an environment variable or a file. Absent: given by the engine's settings. */
  readonly from?: { readonly variable: string } | { readonly file: string };
  /** A missing secret fails the build. */
  readonly required: boolean;
}

/** One `FROM … AS name`. */
export interface Stage {
  readonly name: string;
  /** Another stage's name, or an image reference. */
  readonly from: string;
  /** Printed above the stage. */
  readonly comment?: string;
  /** Build on the builder's own platform, for output that is the same on all (`--platform=$BUILDPLATFORM`). */
  readonly onBuildPlatform?: boolean;
  readonly steps: readonly Step[];
}

/** A comment of any step, printed above it; says why. */
interface Commented {
  readonly comment?: string;
}

/** One instruction. */
export type Step =
  | ({ readonly kind: "run" } & RunStep & Commented)
  | ({ readonly kind: "copy" } & CopyStep & Commented)
  | ({
      readonly kind: "file";
      readonly path: string;
      readonly lines: readonly string[];
      /** Octal, such as `755`. */
      readonly mode?: string;
    } & Commented)
  | ({ readonly kind: "env"; readonly values: Readonly<Record<string, string>> } & Commented)
  | ({ readonly kind: "arg"; readonly name: string; readonly value?: string } & Commented)
  | ({ readonly kind: "label"; readonly values: Readonly<Record<string, string>> } & Commented)
  | ({ readonly kind: "workdir"; readonly path: string } & Commented)
  | ({ readonly kind: "user"; readonly uid: number; readonly gid: number } & Commented)
  | ({ readonly kind: "expose"; readonly port: number } & Commented)
  | ({ readonly kind: "stopSignal"; readonly signal: string } & Commented)
  | ({ readonly kind: "volume"; readonly path: string } & Commented)
  | ({ readonly kind: "entrypoint"; readonly command: readonly string[] } & Commented)
  | ({ readonly kind: "cmd"; readonly command: readonly string[] } & Commented);

/** A command in the build. */
export interface RunStep {
  /** Shell lines, joined with ` && `; a shell runs them. */
  readonly script: readonly string[];
  readonly mounts?: readonly Mount[];
  /** `none` proves that a step needs no network. */
  readonly network?: "none";
}

/** What a `RUN` sees beside the layer. */
export type Mount =
  | {
      readonly kind: "cache";
      readonly target: string;
      readonly id?: string;
      readonly sharing?: "shared" | "locked";
      readonly uid?: number;
      readonly gid?: number;
    }
  | {
      readonly kind: "bind";
      readonly source: string;
      readonly target: string;
      readonly from?: string;
      readonly readWrite?: boolean;
    }
  | {
      readonly kind: "secret";
      readonly id: string;
      readonly target?: string;
      readonly env?: string;
      readonly required?: boolean;
      /** Who may read it. Default: root, whoever the step runs as. */
      readonly uid?: number;
    }
  | { readonly kind: "tmpfs"; readonly target: string };

/** Files into the layer. */
export interface CopyStep {
  readonly sources: readonly string[];
  readonly to: string;
  /** Stage or context to copy from; the build's own context when absent. */
  readonly from?: string;
  /** Numeric owner, so that no `chown -R` is needed and `--link` works. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** Octal, such as `755`. */
  readonly mode?: string;
  /** A layer of its own that does not depend on the ones below. */
  readonly link?: boolean;
}

/** A line of `.dockerignore`. */
export type IgnoreLine = { readonly pattern: string } | { readonly comment: string };

/** What an image can do, as far as the rest of Gantry must know. */
export interface ImageTraits {
  /** Numeric user that its processes run as. */
  readonly user: { readonly uid: number; readonly gid: number };
  /** Name of that user in the image, as far as it is known. */
  readonly userName?: string;
  /** Working folder, absolute. */
  readonly workdir: string;
  /** Programs that a probe may use, most wanted first: `bash`, `node`, `python`, `wget`, `curl`. */
  readonly programs: readonly string[];
  /** Whether `/bin/sh` is there. */
  readonly shell: boolean;
  /** Default command; empty when the base image's own is kept. */
  readonly command: readonly string[];
  /** Folders that must be writable although the root is read-only; a tmpfs is mounted there. */
  readonly scratch: readonly string[];
  /** A probe program of the image's own, such as `["/app/server", "--health"]`: the address is appended. */
  readonly probe?: readonly string[];
  /** Largest size in bytes that is accepted, unpacked; `gantry build` fails above it. */
  readonly budget?: number;
  /** Variables that tell its programs how much to do at once, from the service's processors; of each variable the first that fits. */
  readonly parallelism?: readonly Parallelism[];
}

/** A variable that says how many processes or threads fit the processors that a service may use. */
export interface Parallelism {
  readonly variable: string;
  /** Only for commands that hold this text in one of their words. */
  readonly word?: string;
  readonly perCpu: number;
  readonly plus: number;
}

/** How a running container follows the sources in development. */
export interface DevelopPlan {
  /** Command that reloads by itself, such as `node --watch src/index.ts`; `undefined`: the container is restarted. */
  readonly command: readonly string[] | undefined;
  /** Built files and the sources that run in their place: `dist/api.js` is `src/api.ts`. */
  readonly sources: Readonly<Record<string, string>>;
  /** Compose `develop.watch` entries; paths relative to the stack's folder. */
  readonly watch: readonly WatchRule[];
  /** Command that opens a debugger on `port`, when asked for. */
  readonly debug?: { readonly command: readonly string[]; readonly port: number };
}

/** What happens when a file below `path` changes. */
export interface WatchRule {
  readonly action: "sync" | "sync+restart" | "rebuild";
  readonly path: string;
  /** Absolute path in the container; for sync. */
  readonly target?: string;
  readonly ignore?: readonly string[];
}
