/** Something that a stand-in needs in its build context before `docker build` runs. */
export interface NpmDownload {
  /** What to ask the npm registry for, for example `npm@11`. `{arch}` becomes `x64` or `arm64`. */
  readonly package: string;
  /** The folder in the build context that receives the package's files. */
  readonly to: string;
  /** A build argument that receives the version that was found. */
  readonly versionArgument?: string;
}

interface Common {
  /** A short name for progress lines, locks and folders. */
  readonly name: string;
  /** The official references that it stands for; the first is the one that others build on. */
  readonly references: readonly [string, ...string[]];
}

/** A root file system made by debootstrap. */
export interface RootfsStandIn extends Common {
  readonly kind: "rootfs";
  readonly suite: string;
  /** A folder below `testbed/images/files` whose `slim-down.sh` finishes the root file system. */
  readonly files: string;
}

/** An image built from a Dockerfile on top of another stand-in. */
export interface DockerfileStandIn extends Common {
  readonly kind: "dockerfile";
  /** References of the images that the Dockerfile starts from. */
  readonly needs: readonly string[];
  readonly dockerfile: string;
  /** A folder below `testbed/images/files` that is copied into the build context. */
  readonly files?: string;
  readonly downloads?: readonly NpmDownload[];
}

/** Real software under an official image's name, for where the image itself is out of reach. */
export type StandIn = RootfsStandIn | DockerfileStandIn;
