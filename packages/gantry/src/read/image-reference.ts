/** Name of an image, taken apart as Docker does it. */
export interface ImageReference {
  /** As written, after variables were filled in. */
  readonly text: string;
  /** `docker.io` when none is written. */
  readonly registry: string;
  /** Path in the registry; `library/postgres` for `postgres`. */
  readonly repository: string;
  /** Last part of the path: `postgres` for `bitnami/postgres:17`. */
  readonly name: string;
  readonly tag: string | undefined;
  /** `sha256:...` */
  readonly digest: string | undefined;
  /** Name among Docker's official images: `postgres`; `undefined` for all others. */
  readonly official: string | undefined;
  /** False when a variable in it has no value that the files tell: parts of it are then guesses. */
  readonly known: boolean;
}

/** Takes a reference apart; `undefined` for text that is none, such as an empty one. */
export function resolveImageReference(text: string, known = true): ImageReference | undefined {
  const match =
    /^(?<path>[^\s@]+?)(?::(?<tag>[\w][\w.-]{0,127}))?(?:@(?<digest>[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-fA-F]+))?$/.exec(
      text,
    );
  const groups = match?.groups;
  const path = groups?.["path"];
  if (path === undefined || path.endsWith("/") || path.endsWith(":")) return undefined;
  const slash = path.indexOf("/");
  const first = slash === -1 ? "" : path.slice(0, slash);
  const hasRegistry = first.includes(".") || first.includes(":") || first === "localhost";
  const registry = hasRegistry ? normalRegistry(first) : "docker.io";
  const rest = hasRegistry ? path.slice(slash + 1) : path;
  const repository = registry === "docker.io" && !rest.includes("/") ? `library/${rest}` : rest;
  const name = repository.slice(repository.lastIndexOf("/") + 1);
  const official = registry === "docker.io" && repository === `library/${name}` ? name : undefined;
  return {
    text,
    registry,
    repository,
    name,
    tag: groups?.["tag"],
    digest: groups?.["digest"],
    official,
    known,
  };
}

/** The version that a tag begins with: `[17, 2]` for `17.2-alpine`; `undefined` for `latest` and the like. */
export function tagVersion(reference: ImageReference): readonly number[] | undefined {
  const match = /^v?(\d+(?:\.\d+)*)/.exec(reference.tag ?? "");
  return match?.[1]?.split(".").map(Number);
}

function normalRegistry(host: string): string {
  return host === "index.docker.io" || host === "registry-1.docker.io" ? "docker.io" : host;
}
