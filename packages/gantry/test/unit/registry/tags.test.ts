import assert from "node:assert/strict";
import { test } from "node:test";
import type { Checkout } from "../../../src/engine/checkout.ts";
import { bakePushCommand } from "../../../src/operations/push/run.ts";
import { isTag, type Source, sourceOf, tagsOf } from "../../../src/operations/push/tags.ts";

const commit = "0123456789abcdef0123456789abcdef01234567";
const source = (part: Partial<Source>): Source => ({
  commit,
  branch: undefined,
  tags: [],
  request: undefined,
  mainBranch: "main",
  ...part,
});

test("latest is for the main branch only", () => {
  assert.deepEqual(tagsOf(source({ branch: "main" })), ["sha-0123456", "main", "main-0123456", "latest"]);
  assert.deepEqual(tagsOf(source({ branch: "trunk", mainBranch: "trunk" })).at(-1), "latest");
  assert.deepEqual(tagsOf(source({ branch: "main", mainBranch: "trunk" })), [
    "sha-0123456",
    "main",
    "main-0123456",
  ]);
  for (const branch of ["latest", "/latest", "feature/latest-", undefined])
    assert.ok(!tagsOf(source({ branch })).includes("latest"), String(branch));
});

test("a release, a branch and a pull request have their names", () => {
  assert.deepEqual(tagsOf(source({ tags: ["v1.2.3", "note", "v1", "v2.0.0-rc.1"] })), [
    "sha-0123456",
    "v1.2.3",
    "v2.0.0-rc.1",
  ]);
  assert.deepEqual(tagsOf(source({ branch: "feature/a b" })), [
    "sha-0123456",
    "feature-a-b",
    "feature-a-b-0123456",
  ]);
  assert.deepEqual(tagsOf(source({ request: 7, branch: "main" })), ["sha-0123456", "pr-7"]);
});

test("every name that a branch may have becomes a tag that registries take", () => {
  for (const branch of ["x".repeat(300), "-a", "..b", "ä/ö", "a@{b", "/"])
    for (const tag of tagsOf(source({ branch }))) assert.ok(isTag(tag), `${branch}: ${tag}`);
  assert.ok(!isTag("a/b") && !isTag("") && !isTag("-a") && !isTag("x".repeat(129)));
});

test("GitHub's variables say what is built; a pull request's own commit is in the event", () => {
  const github = (ref: string): Record<string, string> => ({
    GITHUB_ACTIONS: "true",
    GITHUB_REF: ref,
    GITHUB_SHA: commit,
  });
  const event = { repository: { default_branch: "trunk" }, pull_request: { head: { sha: "f".repeat(40) } } };
  assert.deepEqual(
    sourceOf(undefined, github("refs/heads/trunk"), event),
    source({ branch: "trunk", mainBranch: "trunk" }),
  );
  assert.deepEqual(sourceOf(undefined, github("refs/tags/v1.0.0")), source({ tags: ["v1.0.0"] }));
  assert.deepEqual(
    sourceOf(undefined, github("refs/pull/12/merge"), event),
    source({ request: 12, commit: "f".repeat(40), mainBranch: "trunk" }),
  );
});

test("GitLab's variables say it too, and Git where there is no CI", () => {
  assert.deepEqual(
    sourceOf(undefined, {
      GITLAB_CI: "true",
      CI_COMMIT_SHA: commit,
      CI_MERGE_REQUEST_IID: "3",
      CI_DEFAULT_BRANCH: "m",
    }),
    source({ request: 3, mainBranch: "m" }),
  );
  const checkout: Checkout = {
    commit,
    branch: "master",
    tags: ["v1.0.0"],
    dirty: false,
    mainBranch: undefined,
  };
  assert.deepEqual(
    sourceOf(checkout, {}),
    source({ branch: "master", tags: ["v1.0.0"], mainBranch: "master" }),
  );
  assert.equal(sourceOf(undefined, {}), undefined);
});

test("the builder pushes all tags of a target at once, for all platforms", () => {
  const { args } = bakePushCommand({
    file: "/p/bake.hcl",
    folder: "/p",
    metadata: "/p/m.json",
    platforms: ["linux/amd64", "linux/arm64"],
    targets: [{ target: "api", references: ["r/api:a", "r/api:b"] }],
    variables: {},
  });
  assert.deepEqual(args.slice(args.indexOf("/p/bake.hcl") + 1), [
    "--set",
    "api.tags=r/api:a",
    "--set",
    "api.tags=r/api:b",
    "--set",
    "api.platform=linux/amd64,linux/arm64",
    "api",
  ]);
});
