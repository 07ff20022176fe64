import type { Checkout } from "../../engine/checkout.ts";

/** What is pushed, as Git or a CI says it. */
export interface Source {
  readonly commit: string;
  readonly branch: string | undefined;
  readonly tags: readonly string[];
  /** Number of the pull or merge request that is built. */
  readonly request: number | undefined;
  readonly mainBranch: string;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** What GitHub's event file holds, as far as it matters. */
interface GithubEvent {
  readonly repository?: { readonly default_branch?: string };
  readonly pull_request?: { readonly number?: number; readonly head?: { readonly sha?: string } };
}

/**
 * Where the sources come from: the variables of GitHub or GitLab, because their checkouts have no branch, else Git.
 * `undefined` without a commit.
 */
export function sourceOf(
  checkout: Checkout | undefined,
  variables: Variables,
  event?: unknown,
): Source | undefined {
  return (
    fromGithub(variables, event as GithubEvent | undefined) ?? fromGitlab(variables) ?? fromGit(checkout)
  );
}

function fromGithub(variables: Variables, event: GithubEvent | undefined): Source | undefined {
  const ref = variables["GITHUB_REF"];
  const commit = variables["GITHUB_SHA"];
  if (variables["GITHUB_ACTIONS"] !== "true" || ref === undefined || commit === undefined) return undefined;
  const part = (prefix: string): string | undefined =>
    ref.startsWith(prefix) ? ref.slice(prefix.length) : undefined;
  const request = /^refs\/pull\/(\d+)\//.exec(ref)?.[1];
  const tag = part("refs/tags/");
  return {
    // For a pull request GITHUB_SHA is a merge that nobody has; the commit that people know is in the event.
    commit: (request === undefined ? undefined : event?.pull_request?.head?.sha) ?? commit,
    branch: part("refs/heads/"),
    tags: tag === undefined ? [] : [tag],
    request: request === undefined ? undefined : Number(request),
    mainBranch: event?.repository?.default_branch ?? "main",
  };
}

function fromGitlab(variables: Variables): Source | undefined {
  const commit = variables["CI_COMMIT_SHA"];
  if (variables["GITLAB_CI"] !== "true" || commit === undefined) return undefined;
  const tag = variables["CI_COMMIT_TAG"];
  const request = variables["CI_MERGE_REQUEST_IID"];
  return {
    commit,
    branch: variables["CI_COMMIT_BRANCH"] || undefined,
    tags: tag === undefined || tag === "" ? [] : [tag],
    request: request === undefined || request === "" ? undefined : Number(request),
    mainBranch: variables["CI_DEFAULT_BRANCH"] || "main",
  };
}

function fromGit(checkout: Checkout | undefined): Source | undefined {
  if (checkout === undefined) return undefined;
  const { commit, branch, tags } = checkout;
  const usual = branch === "main" || branch === "master" ? branch : "main";
  return { commit, branch, tags, request: undefined, mainBranch: checkout.mainBranch ?? usual };
}

/**
 * The tags of an image, all for one digest: always `sha-COMMIT`; of a release `vX.Y.Z`; of a branch its name and
 * `BRANCH-COMMIT`; `latest` of the main branch and of nothing else; of a pull request only `pr-N` beside the commit.
 */
export function tagsOf(source: Source): readonly string[] {
  const short = source.commit.slice(0, 7);
  const releases = source.tags.filter((tag) => /^v\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.test(tag));
  if (source.request !== undefined) return [`sha-${short}`, `pr-${source.request}`];
  const branch = source.branch === undefined ? undefined : asTag(source.branch, short.length + 1);
  return [
    ...new Set([
      `sha-${short}`,
      ...releases,
      ...(branch === undefined ? [] : [branch, `${branch}-${short}`]),
      ...(source.branch === source.mainBranch ? ["latest"] : []),
    ]),
  ];
}

/** Whether a registry takes it as a tag. */
export function isTag(text: string): boolean {
  return /^\w[\w.-]{0,127}$/.test(text);
}

/** A branch's name as a tag: `feature/a b` is `feature-a-b`; a branch called `latest` must not pass for the main one. */
function asTag(branch: string, room: number): string {
  const text = branch
    .replace(/[^\w.-]+/g, "-")
    .replace(/^[.-]+/, "")
    .slice(0, 128 - room);
  return text === "" || text === "latest" ? `branch-${text || "unnamed"}` : text;
}
