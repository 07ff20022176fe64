import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Problem } from "../../../src/base/errors.ts";
import type { BuildPlan } from "../../../src/blueprint/plan.ts";
import { memoryFiles, type node } from "../../../src/index.ts";
import { nodeRecipe } from "../../../src/recipes/node.ts";
import { renderDockerfile } from "../../../src/render/dockerfile.ts";

type Files = Readonly<Record<string, string>>;
type Options = Parameters<typeof node>[0];

function planned(files: Files, options: Options = {}): { plan?: BuildPlan; problems: readonly Problem[] } {
  const result = nodeRecipe.plan({
    files: memoryFiles(files),
    options,
    image: "api",
    path: "services.api.build",
  });
  return { problems: [], ...result };
}

function sound(files: Files, options: Options = {}): BuildPlan {
  const { plan, problems } = planned(files, options);
  assert.ok(plan !== undefined, JSON.stringify(problems));
  return plan;
}

const dockerfile = (files: Files, options: Options = {}): string =>
  renderDockerfile(sound(files, options), "stack.ts");

/** Text of one stage. */
const stage = (text: string, name: string): string =>
  text.split(/(?=^FROM )/m).find((part) => part.startsWith("FROM") && part.includes(` AS ${name}\n`)) ?? "";

const manifest = (rest: object = {}): string =>
  JSON.stringify({ name: "api", scripts: { start: "node server.js" }, ...rest });

const classicLock = (...keys: readonly string[]): string =>
  `# yarn lockfile v1\n\n${keys.map((key) => `${key}:\n  version "1.0.0"\n`).join("\n")}`;
const laterLock = "__metadata:\n  version: 8\n  cacheKey: 10c0\n";
const linker = "nodeLinker: node-modules\n";

const later: Files = {
  "package.json": manifest({ packageManager: "yarn@4.9.2+sha512.0ab" }),
  "yarn.lock": laterLock,
  ".yarnrc.yml": linker,
};

const members: Files = {
  "apps/api/package.json": JSON.stringify({
    name: "@acme/api",
    scripts: { build: "tsc", start: "node dist/server.js", dev: "tsx watch src/server.ts" },
    dependencies: { "@acme/lib": "*", ms: "^2.0.0" },
  }),
  "apps/web/package.json": JSON.stringify({ name: "@acme/web", dependencies: { "left-pad": "1.3.0" } }),
  "packages/lib/package.json": JSON.stringify({ name: "@acme/lib", scripts: { build: "tsc" } }),
};

describe("Yarn 1", () => {
  test("installs what the lock file says, from a cache that one install uses at a time", () => {
    const text = dockerfile({ "package.json": manifest(), "yarn.lock": classicLock() });
    assert.match(text, /target=\/usr\/local\/share\/\.cache\/yarn,sharing=locked/);
    assert.match(stage(text, "dependencies"), /yarn install --frozen-lockfile$/m);
    assert.match(stage(text, "production-dependencies"), /yarn install --frozen-lockfile --production/);
    assert.doesNotMatch(text, /npm install --global/);
  });

  test("is brought along where the image has none", () => {
    const text = dockerfile(
      { "package.json": manifest({ packageManager: "yarn@1.22.19" }), "yarn.lock": classicLock() },
      { version: "26" },
    );
    assert.match(stage(text, "dependencies"), /npm install --global yarn@1\.22\.19/);
    assert.match(stage(text, "production-dependencies"), /npm install --global yarn@1\.22\.19/);
  });

  const workspace: Files = {
    "package.json": manifest({ workspaces: { packages: ["apps/*", "packages/*"] }, scripts: {} }),
    "yarn.lock": classicLock("ms@^2.0.0", '"left-pad@1.3.0", left-pad@^1.0.0'),
    ...members,
  };

  test("a service of a workspace gets its own packages and those that it imports", () => {
    const text = dockerfile(workspace, { workspace: "apps/api" });
    assert.match(text, /yarn workspace @acme\/lib run build && yarn workspace @acme\/api run build/);
    const production = stage(text, "production-dependencies");
    assert.match(production, /rm -r apps\/web/);
    assert.match(production, /mkdir -p node_modules packages\/lib\/node_modules apps\/api\/node_modules/);
    assert.match(text, /COPY --from=production-dependencies \/app\/apps\/api\/node_modules /);
  });

  test("what a workspace's package asks for must be locked: Yarn 1 would take any version", () => {
    const { problems } = planned(
      { ...workspace, "yarn.lock": classicLock("ms@^2.0.0") },
      { workspace: "apps/api" },
    );
    assert.deepEqual(
      problems.map(({ code }) => code),
      ["GTY2110"],
    );
    assert.match(problems[0]?.what ?? "", /left-pad@1\.3\.0/);
    assert.match(problems[0]?.why ?? "", /apps\/web\/package\.json/);
    assert.match(problems[0]?.fix ?? "", /`yarn install`/);
  });

  test("links, archives, repositories and resolved names have keys of their own", () => {
    const others = {
      a: "file:../a.tgz",
      b: "acme/b#main",
      c: "link:../c",
      d: "^9.0.0",
      "@acme/lib": "^7.0.0",
    };
    sound(
      {
        ...workspace,
        "package.json": manifest({
          workspaces: ["apps/*", "packages/*"],
          scripts: {},
          resolutions: { "**/d": "1" },
        }),
        "apps/web/package.json": JSON.stringify({ name: "@acme/web", dependencies: others }),
      },
      { workspace: "apps/api" },
    );
  });

  test("a mirror in the project and a Yarn of the project's own are inputs of the install", () => {
    const text = dockerfile({
      "package.json": manifest(),
      "yarn.lock": classicLock(),
      ".yarnrc": 'yarn-offline-mirror "./vendor/npm"\nyarn-path ".yarn/releases/yarn-1.22.22.cjs"\n',
      "vendor/npm/ms-2.1.3.tgz": "",
      ".yarn/releases/yarn-1.22.22.cjs": "",
    });
    assert.match(stage(text, "dependencies"), /COPY vendor\/npm\/ \.\/vendor\/npm\//);
    assert.match(stage(text, "dependencies"), /COPY \.yarn\/releases\/ \.\/\.yarn\/releases\//);
  });
});

describe("Yarn 2 and later", () => {
  test("comes in the version that package.json names, in place of the image's", () => {
    const text = dockerfile(later);
    assert.match(
      stage(text, "dependencies"),
      /rm -f \/usr\/local\/bin\/yarn[^&]*&& \\\n\s+npm install --global @yarnpkg\/cli-dist@4\.9\.2$/m,
    );
    assert.match(stage(text, "dependencies"), /target=\/root\/\.yarn\/berry/);
    assert.match(stage(text, "dependencies"), /yarn install --immutable$/m);
    assert.match(stage(text, "dependencies"), /COPY package\.json yarn\.lock \.yarnrc\.yml \.\//);
  });

  test("goes through the build's proxy, which it does not take from the usual variables", () => {
    for (const name of ["dependencies", "production-dependencies"])
      assert.match(stage(dockerfile(later), name), /YARN_HTTPS_PROXY="\$HTTPS_PROXY"; fi && \\\n\s+yarn /);
  });

  test("production goes on from where the lock file was checked: its command would not look", () => {
    const production = stage(dockerfile(later), "production-dependencies");
    assert.match(production, /^FROM dependencies AS/);
    assert.match(production, /yarn workspaces focus --production && \\\n\s+mkdir -p node_modules$/m);
    assert.doesNotMatch(production, /COPY/);
  });

  test("one that the project carries is started by any Yarn", () => {
    const text = dockerfile({
      "package.json": manifest(),
      "yarn.lock": laterLock,
      ".yarnrc.yml": `${linker}yarnPath: .yarn/releases/yarn-4.9.2.cjs\n`,
      ".yarn/releases/yarn-4.9.2.cjs": "",
      ".yarn/plugins/@acme/plugin-a.cjs": "",
      ".yarn/patches/ms.patch": "",
    });
    assert.doesNotMatch(text, /npm install --global/);
    for (const folder of ["releases", "plugins", "patches"])
      assert.match(text, new RegExp(`COPY \\.yarn/${folder}/ \\./\\.yarn/${folder}/`));
  });

  test("a service of a workspace is focused on, and its programs are found by Yarn", () => {
    const plan = sound(
      {
        ...later,
        "package.json": manifest({ packageManager: "yarn@4.9.2", workspaces: ["apps/*", "packages/*"] }),
        ...members,
      },
      { workspace: "apps/api" },
    );
    const text = renderDockerfile(plan, "stack.ts");
    assert.match(text, /yarn workspaces focus --production @acme\/api/);
    assert.match(text, /WORKDIR \/app\/apps\/api/);
    assert.deepEqual(plan.develop?.command, ["yarn", "run", "dev"]);
  });

  test("what it leaves on a developer's machine reaches neither images nor containers", () => {
    const plan = sound(later);
    const ignored = plan.ignore.flatMap((line) => ("pattern" in line ? [line.pattern] : []));
    const sync = plan.develop?.watch.find(({ action }) => action === "sync");
    for (const path of [".yarn/cache", ".yarn/install-state.gz", ".pnp.*"]) {
      assert.ok(ignored.includes(path), path);
      assert.ok(sync?.ignore?.includes(path), path);
    }
    assert.ok(!ignored.some((path) => path.startsWith(".yarn/releases")));
  });

  test("`prepare` of the project is for those who publish it", () => {
    const scripts = { start: "node server.js", prepare: "husky", postinstall: "npm run generate" };
    const text = dockerfile({
      ...later,
      "package.json": manifest({ packageManager: "yarn@4.9.2", scripts }),
    });
    assert.match(text, /npm pkg delete scripts\.postinstall/);
    assert.match(text, /yarn run postinstall/);
    assert.doesNotMatch(text, /prepare/);
  });

  const refused: readonly (readonly [string, Files, string, RegExp])[] = [
    ["Plug'n'Play", { ...later, ".yarnrc.yml": "" }, "GTY2106", /nodeLinker: node-modules/],
    ["another linker", { ...later, ".yarnrc.yml": "nodeLinker: pnpm\n" }, "GTY2106", /Yarn's linker pnpm/],
    ["no version", { ...later, "package.json": manifest() }, "GTY2107", /yarn set version stable/],
    [
      "a path to a Yarn that is not there",
      {
        ...later,
        "package.json": manifest(),
        ".yarnrc.yml": `${linker}yarnPath: .yarn/releases/yarn-4.9.2.cjs\n`,
      },
      "GTY2107",
      /yarn set version stable/,
    ],
    ["a lock file of Yarn 1", { ...later, "yarn.lock": classicLock() }, "GTY2108", /translates the file/],
    [
      "Yarn 1 with a later lock file",
      { "package.json": manifest({ packageManager: "yarn@1.22.22" }), "yarn.lock": laterLock },
      "GTY2108",
      /yarn set version stable/,
    ],
    [
      "Yarn 3 without its plug-in",
      { ...later, "package.json": manifest({ packageManager: "yarn@3.8.7" }) },
      "GTY2109",
      /yarn plugin import workspace-tools/,
    ],
    [
      "no lock file",
      { "package.json": manifest({ packageManager: "yarn@4.9.2" }), ".yarnrc.yml": linker },
      "GTY2103",
      /yarn install --mode=update-lockfile/,
    ],
  ];
  for (const [name, files, code, words] of refused)
    test(`says what is wrong: ${name}`, () => {
      const { plan, problems } = planned(files);
      assert.equal(plan, undefined);
      assert.deepEqual(
        problems.map((problem) => problem.code),
        [code],
      );
      assert.match(`${problems[0]?.what} ${problems[0]?.fix}`, words);
    });

  test("with its plug-in, Yarn 3 is one of them", () => {
    sound({
      ...later,
      "package.json": manifest({ packageManager: "yarn@3.8.7" }),
      ".yarn/plugins/@yarnpkg/plugin-workspace-tools.cjs": "",
    });
  });
});

test("package.json or the stack decides where lock files of several managers lie", () => {
  const both = { "yarn.lock": classicLock(), "package-lock.json": "" };
  assert.match(dockerfile({ "package.json": manifest(), ...both }), /npm ci/);
  assert.match(
    dockerfile({ "package.json": manifest(), ...both }, { packageManager: "yarn" }),
    /yarn install/,
  );
  const named = manifest({ packageManager: "yarn@1.22.22" });
  assert.match(dockerfile({ "package.json": named, ...both }), /yarn install/);
});
