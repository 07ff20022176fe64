import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { ensureEngine } from "../../../../testbed/engine.ts";
import { ensureImages } from "../../../../testbed/images.ts";
import { rules } from "../../src/check/rules/index.ts";
import { runChecks } from "../../src/check/run.ts";
import { diskFiles } from "../../src/read/disk-files.ts";
import { readProject } from "../../src/read/project.ts";
import { connectHere } from "./here.ts";

/** What a rule says will happen, and what the real builder and engine do. */
interface Claim {
  readonly code: string;
  readonly says: string;
  readonly files: Readonly<Record<string, string>>;
  /** The build ends with this; absent when it succeeds. */
  readonly build?: RegExp;
  /** The container prints this, to either stream. */
  readonly run?: RegExp;
}

const base = "FROM debian:trixie-slim\n";
const dockerfile = (text: string): Claim["files"] => ({ Dockerfile: text });

const claims: readonly Claim[] = [
  {
    code: "GD001",
    says: "an undeclared argument in FROM",
    files: dockerfile("FROM debian:${TAG}\n"),
    build: /invalid reference format/,
  },
  {
    code: "GD066",
    says: "blanks around an equals sign",
    files: dockerfile(`${base}ENV PORT = 3000\nCMD ["sh", "-c", "echo $PORT"]\n`),
    run: /^= 3000$/m,
  },
  {
    code: "GD003",
    says: "a variable in --from",
    files: dockerfile(`ARG S=b\n${base.replace("\n", " AS b\n")}${base}COPY --from=$S /etc/passwd /x\n`),
    build: /failed to parse stage name "\$S"|variable expansion is not supported/,
  },
  {
    code: "GD003",
    says: "a stage that copies from itself",
    files: dockerfile("FROM debian:trixie-slim AS app\nCOPY --from=app /etc/passwd /x\n"),
    build: /circular dependency/,
  },
  {
    code: "GD003",
    says: "a stage number out of range",
    files: dockerfile(`${base}COPY --from=3 /etc/passwd /x\n`),
    build: /invalid stage index 3/,
  },
  {
    code: "GD004",
    says: "an ignored source",
    files: { Dockerfile: `${base}COPY docs/ /docs/\n`, ".dockerignore": "docs\n", "docs/a.md": "a" },
    build: /"\/docs".*not found|\/docs.*no such file/,
  },
  {
    code: "GD005",
    says: "single quotes in a list",
    files: dockerfile(`${base}CMD ['echo', 'a']\n`),
    run: /\[echo,: not found/,
  },
  {
    code: "GD005",
    says: "a comma at the end of a list",
    files: dockerfile(`${base}CMD ["echo", "a",]\n`),
    run: /\[echo,: not found/,
  },
  {
    code: "GD006",
    says: "a variable in exec form",
    files: dockerfile(`${base}ENV PORT=80\nCMD ["echo", "port", "$PORT"]\n`),
    run: /^port \$PORT$/m,
  },
  {
    code: "GD007",
    says: "RUN without a shell",
    files: dockerfile("FROM scratch\nRUN echo\n"),
    build: /stat \/bin\/sh: no such file/,
  },
  {
    code: "GD011",
    says: "apt-get without an index",
    files: dockerfile(`${base}RUN apt-get install -y git\n`),
    build: /Unable to locate package git/,
  },
  {
    code: "GD012",
    says: "apt-get without root",
    files: dockerfile(`${base}USER nobody\nRUN apt-get update\n`),
    build: /Permission denied/,
  },
  {
    code: "GD013",
    says: "an unknown user",
    files: dockerfile(`${base}USER app\nCMD ["true"]\n`),
    run: /unable to find user app/,
  },
  {
    code: "GD014",
    says: "an argument from above the first FROM",
    files: dockerfile(`ARG V=1\n${base}RUN echo "[$V]" > /v\nCMD ["cat", "/v"]\n`),
    run: /^\[\]$/m,
  },
  {
    code: "GD015",
    says: "a program that is not there",
    files: dockerfile(`${base}RUN git clone https://example.com/a.git\n`),
    build: /git: not found/,
  },
  {
    code: "GD018",
    says: "Windows line ends",
    files: {
      Dockerfile: `${base}COPY --chmod=755 run.sh /run.sh\nENTRYPOINT ["/run.sh"]\n`,
      "run.sh": "#!/bin/sh\r\necho hi\r\n",
    },
    run: /no such file or directory/,
  },
  {
    code: "GD019",
    says: "a script without #!",
    files: {
      Dockerfile: `${base}COPY --chmod=755 run.sh /run.sh\nENTRYPOINT ["/run.sh"]\n`,
      "run.sh": "echo hi\n",
    },
    run: /exec format error/,
  },
  {
    code: "GD021",
    says: "cd alone",
    files: dockerfile(`${base}RUN cd /tmp\nRUN pwd > /where\nCMD ["cat", "/where"]\n`),
    run: /^\/$/m,
  },
  {
    code: "GD022",
    says: "ONBUILD FROM",
    files: dockerfile(`${base}ONBUILD FROM debian:trixie-slim\n`),
    build: /isn't allowed as an ONBUILD trigger/,
  },
  {
    code: "GD023",
    says: "a port beyond the last",
    files: dockerfile(`${base}EXPOSE 80000\n`),
    build: /Invalid containerPort: 80000/,
  },
  {
    code: "GD024",
    says: "CMD beside a shell form",
    files: dockerfile(`${base}ENTRYPOINT echo fixed\nCMD ["extra"]\n`),
    run: /^fixed$/m,
  },
  {
    code: "GD033",
    says: "a here-document that goes on",
    files: dockerfile(`${base}RUN <<EOF\nfalse\necho went on > /said\nEOF\nCMD ["cat", "/said"]\n`),
    run: /^went on$/m,
  },
  {
    code: "GD034",
    says: "a shell that stays",
    files: dockerfile(`${base}CMD cat /proc/1/comm\n`),
    run: /^sh$/m,
  },
  {
    code: "GD059",
    says: "a cache that belongs to root",
    files: dockerfile(`${base}USER 1000\nRUN --mount=type=cache,target=/cache touch /cache/x\n`),
    build: /Permission denied/,
  },
  {
    code: "GD060",
    says: "an option of another tool",
    files: dockerfile(`${base}RUN apt-get update -qq && apt-get install -y --no-cache git\n`),
    build: /--no-cache is not understood|not understood/,
  },
  {
    code: "GD062",
    says: "--chown for nobody",
    files: {
      Dockerfile: `${base}COPY --chown=app:app a.txt /a.txt\nCMD ["stat", "-c", "owner %u", "/a.txt"]\n`,
      "a.txt": "a",
    },
    run: /^owner 0$/m,
  },
  {
    code: "GD064",
    says: "files that overwrite each other",
    files: {
      Dockerfile: `${base}COPY one two /srv/both\nCMD ["cat", "/srv/both"]\n`,
      one: "first\n",
      two: "second\n",
    },
    run: /^second\n$/,
  },
  {
    code: "GD065",
    says: "a script without the right to run",
    files: {
      Dockerfile: `${base}COPY start.sh /start.sh\nCMD ["/start.sh"]\n`,
      "start.sh": "#!/bin/sh\necho never\n",
    },
    run: /permission denied/i,
  },
];

const tag = `gantry-test-claims-${process.pid}`;
let folder: string;

before(async () => {
  const engine = await connectHere();
  await engine[Symbol.asyncDispose]();
  await ensureImages(await ensureEngine(), ["debian:trixie-slim"]);
  folder = mkdtempSync(join(tmpdir(), "gantry-claims-"));
});
after(async () => {
  await docker("rmi", "-f", tag);
  rmSync(folder, { recursive: true, force: true });
});

/** Exit code and all output; a failure is an answer here. */
function docker(...args: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve) => {
    execFile("docker", args, { maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), output: `${stdout}${stderr}` });
    });
  });
}

for (const [index, { code, says, files, build, run }] of claims.entries()) {
  test(`${code} is right about ${says}`, async () => {
    const context = join(folder, String(index));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(context, path)), { recursive: true });
      writeFileSync(join(context, path), text);
    }
    const rule = rules.filter((one) => one.code === code);
    const { findings } = runChecks(readProject(diskFiles(context)), rule);
    assert.ok(findings.length > 0, "the rule finds nothing");
    const built = await docker("build", "--progress=plain", "-t", tag, context);
    if (build !== undefined) {
      assert.notEqual(built.code, 0);
      assert.match(built.output, build);
      return;
    }
    assert.equal(built.code, 0, built.output);
    assert.match((await docker("run", "--rm", tag)).output, run ?? /./);
  });
}
