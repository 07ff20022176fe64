import type { Problem } from "../../base/errors.ts";
import { listing } from "../../base/names.ts";

/** Problems of registries and of sources to push: permanent codes 55xx, and the words for people. */
export const registryProblems = {
  unreachable: (host: string, why: string): Problem => ({
    code: "GTY5501",
    what: `The registry ${host} does not answer`,
    why,
    fix: "Look at the name and the network; a registry without TLS is spoken to only on loopback.",
  }),
  denied: (host: string, repository: string, action: string, detail: string): Problem => ({
    code: "GTY5502",
    what: `The registry ${host} does not let you ${action} ${repository}`,
    ...(detail === "" ? {} : { why: `It says: ${detail}` }),
    fix: `Log in with an account that may: \`docker login ${host}\`.`,
  }),
  throttled: (host: string, seconds: number): Problem => ({
    code: "GTY5503",
    what: `The registry ${host} asks to wait ${seconds} s`,
    why: "It takes no more requests for now; what was done so far is done.",
    fix: "Run the same command again after that time.",
  }),
  truncated: (host: string, what: string, why: string): Problem => ({
    code: "GTY5504",
    what: `The registry ${host} sent ${what} damaged or cut off`,
    why,
    fix: "Nothing was removed because of it. Try again; when it stays, the registry's storage or a proxy before it is damaged.",
  }),
  vanished: (host: string, repository: string, digest: string, partOf: string): Problem => ({
    code: "GTY5505",
    what: `${repository}@${digest} is gone from ${host}`,
    why: `${partOf} refers to it: whoever pulls that gets an error.`,
    fix: "Push that version again; its digest stays the same where the build is reproducible.",
  }),
  deleteDisabled: (host: string): Problem => ({
    code: "GTY5506",
    what: `The registry ${host} does not delete`,
    why: "Deleting is switched off in its configuration.",
    fix: "Set REGISTRY_STORAGE_DELETE_ENABLED=true for it, and start it again.",
  }),
  failed: (host: string, status: number, detail: string): Problem => ({
    code: "GTY5507",
    what: `The registry ${host} answered with an error (${status})`,
    ...(detail === "" ? {} : { why: `It says: ${detail}` }),
  }),
  noRegistry: (): Problem => ({
    code: "GTY5508",
    what: "The stack says no registry",
    fix: 'Add `registry: "ghcr.io/OWNER"` to it, or say --registry.',
  }),
  dirty: (): Problem => ({
    code: "GTY5509",
    what: "Files were changed since the last commit",
    why: "The image would carry the name of a commit that it was not made from.",
    fix: "Commit first, or name the image yourself: --tag NAME.",
  }),
  noCommit: (): Problem => ({
    code: "GTY5510",
    what: "There is no commit to name the image after",
    why: "The tags come from Git or from the variables of GitHub or GitLab.",
    fix: "Commit first, or name the image yourself: --tag NAME.",
  }),
  badTag: (tag: string): Problem => ({
    code: "GTY5511",
    what: `${JSON.stringify(tag)} is no tag`,
    why: "A tag has up to 128 letters, digits, dots, hyphens and underscores, and begins with none of the first two signs.",
  }),
  digestsDiffer: (image: string, digests: readonly string[]): Problem => ({
    code: "GTY5512",
    what: `The tags of ${image} do not name one image: ${listing(digests)}`,
    why: "Another run pushed at the same time.",
    fix: "Push again.",
  }),
  pushFailed: (reference: string, reason: string, evidence: readonly string[]): Problem => ({
    code: "GTY5513",
    what: `Pushing ${reference} failed: ${reason}`,
    evidence,
  }),
  cannotAttest: (what: string): Problem => ({
    code: "GTY5514",
    what: `This builder cannot make ${what}`,
    why: "The builder inside the engine keeps one platform and no attestations, unless the engine stores images with containerd.",
    fix: "Make one that can: `docker buildx create --use --driver docker-container`, or switch the engine's containerd image store on.",
  }),
  badVersion: (file: string): Problem => ({
    code: "GTY5515",
    what: `${file} cannot be read`,
    why: "It holds the logins of docker, as JSON.",
  }),
  noPackages: (owner: string, name: string, detail: string): Problem => ({
    code: "GTY5516",
    what: `GitHub does not show the versions of ${owner}/${name}`,
    ...(detail === "" ? {} : { why: `It says: ${detail}` }),
    fix: "Set GITHUB_TOKEN to a token that may read and delete packages (read:packages, delete:packages).",
  }),
  noDeploysKnown: (): Problem => ({
    code: "GTY5517",
    what: "No deploy is known here, so none is protected but the newest images",
    why: "What is deployed is written down beside the stack on the machine that deploys.",
    fix: "Run it there, or name what must stay: --keep-tag, or a larger --keep.",
  }),
  notRemoved: (host: string, repository: string, name: string, detail: string): Problem => ({
    code: "GTY5519",
    what: `${host} keeps ${name} of ${repository}`,
    why: `It says: ${detail}`,
    fix: "What belongs to it stays too, so that whoever pulls it gets it whole. Everything else was removed.",
  }),
  unsafe: (repository: string, detail: string): Problem => ({
    code: "GTY5518",
    what: `Nothing was removed from ${repository}`,
    why: detail,
  }),
} as const;
