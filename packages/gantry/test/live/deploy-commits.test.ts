import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import { layYard, type Yard } from "./ship/yard.ts";

const quick = ["--soak", "500ms", "--watch", "0s"];

let yard: Yard;
before(async () => {
  yard = await layYard();
});
after(async () => yard?.[Symbol.asyncDispose]());

const git = (...args: readonly string[]): string =>
  execFileSync("git", ["-c", "user.name=yard", "-c", "user.email=yard@example.test", ...args], {
    cwd: yard.root,
    encoding: "utf8",
  }).trim();

function commit(message: string): string {
  git("add", "--all");
  git("commit", "--quiet", "--message", message);
  return git("rev-parse", "HEAD");
}

/** Ids of the project's containers, by name. */
async function containers(): Promise<Readonly<Record<string, string>>> {
  const label = `label=com.docker.compose.project=${yard.name}-production`;
  const lines = await yard.docker("ps", "--no-trunc", "--filter", label, "--format", "{{.Names}} {{.ID}}");
  return Object.fromEntries(lines.split("\n").map((line) => line.split(" ") as [string, string]));
}

const revisionOf = (container: string): Promise<string> =>
  yard.docker(
    "inspect",
    "--format",
    '{{index .Config.Labels "org.opencontainers.image.revision"}}',
    container,
  );

test("a commit replaces what it changes, and nothing else: each image's label says another one", async () => {
  yard.write(".gitignore", "node_modules\n.gantry\n");
  git("init", "--quiet", "--initial-branch", "main");
  await yard.sure("render");
  const first = commit("the application");
  await yard.sure("deploy", ...quick);
  const before = await containers();
  const edge = `${yard.name}-production-edge-1`;
  assert.equal(await revisionOf(edge), first);

  yard.write("README.md", "Nothing that runs.\n");
  commit("words");
  assert.match(await yard.sure("deploy", "--plan"), /runs as it should; nothing would be touched/);
  await yard.sure("deploy", ...quick);
  assert.deepEqual(await containers(), before);

  yard.version("v2");
  const second = commit("another version");
  await yard.sure("deploy", ...quick);
  assert.equal(await yard.ask(), "v2");
  const now = await containers();
  assert.equal(now[edge], before[edge], "the gateway stays");
  const [api] = Object.keys(now).filter((name) => name.includes("-api-"));
  assert.equal(await revisionOf(api ?? ""), second);
});
