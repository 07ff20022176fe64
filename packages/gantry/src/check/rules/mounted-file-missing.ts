import type { ProjectFacts } from "../../read/facts.ts";
import { fileNameOf, folderOf, resolvePath } from "../../read/paths.ts";
import { eachService } from "../../read/walk.ts";
import { dedent } from "../dedent.ts";
import { isGitIgnored } from "../insight/git-ignored.ts";
import type { Report, Rule } from "../types.ts";

/** See `what`. */
export const mountedFileMissing: Rule = {
  code: "GX039",
  name: "mounted-file-missing",
  family: "across",
  rank: "will-fail",
  what: "A service mounts a file of the project that is not there.",
  why: "Docker makes an empty folder of that name in its place, and mounts that: the server finds a folder where it wants its settings, or the engine stops at `not a directory`. The folder stays behind and hides the mistake.",
  fix: "Write the path of the file that is meant, relative to the Compose file.",
  examples: {
    bad: [
      {
        files: {
          "compose.yaml": dedent`
            services:
              db:
                image: postgres:17
                volumes:
                  - data:/var/lib/postgresql/data
                  - ./scripts/init.sql:/docker-entrypoint-initdb.d/init.sql:ro
            volumes:
              data:
          `,
          "db/init.sql": "SELECT 1;",
        },
        at: ["compose.yaml:6"],
      },
    ],
    good: [
      {
        title: "there, a folder, or made by something that git leaves out",
        files: {
          "compose.yaml": dedent`
            services:
              web:
                image: nginx:1.27
                volumes:
                  - ./nginx/default.conf:/etc/nginx/conf.d/default.conf:ro
                  - ./certs:/etc/nginx/certs:ro
                  - ./local.conf:/etc/nginx/local.conf:ro
                  - ../shared/other.conf:/etc/nginx/other.conf:ro
          `,
          "nginx/default.conf": "",
          ".gitignore": "local.conf\n",
        },
      },
    ],
  },
  *check(facts): Generator<Report> {
    const paths = new Set(facts.paths);
    if (paths.size === 0) return;
    for (const { project, service } of eachService(facts)) {
      const folders = new Set([folderOf(project.files[0] ?? ""), ...project.files.map(folderOf), ""]);
      for (const volume of service.volumes) {
        const { source, target } = volume;
        if (volume.type !== "bind" || volume.dynamic || source === undefined || !source.startsWith("."))
          continue;
        if (!looksLikeFile(source) || !looksLikeFile(target)) continue;
        folders.add(folderOf(volume.span.file));
        const candidates = [...folders]
          .map((folder) => resolvePath(folder, source))
          .filter((path) => path !== undefined);
        const [path] = candidates;
        if (path === undefined || candidates.length < folders.size) continue;
        if (candidates.some((one) => exists(facts, paths, one) || isGitIgnored(facts, one) === true))
          continue;
        // The same folders elsewhere: the file is used with another project directory.
        const tail = source.replace(/^(?:\.{1,2}\/)+/, "");
        if (tail.includes("/") && facts.paths.some((one) => one.endsWith(`/${tail}`))) continue;
        const near = facts.paths.find((one) => fileNameOf(one) === fileNameOf(path));
        yield {
          at: volume.span,
          message: `${service.name} mounts ${source}, which is not there: Docker makes an empty folder of that name.`,
          ...(near === undefined ? {} : { fix: `Write \`./${near}\` if that is meant.` }),
        };
      }
    }
  },
};

const fileEndings = new Set([
  ...["sql", "conf", "cnf", "cfg", "ini", "yml", "yaml", "toml", "json", "properties", "template", "rules"],
  ...["sh", "py", "js", "ts", "lua", "html", "xml", "txt"],
]);

function looksLikeFile(path: string): boolean {
  const name = fileNameOf(path);
  const point = name.lastIndexOf(".");
  return point > 0 && fileEndings.has(name.slice(point + 1).toLowerCase());
}

function exists(facts: ProjectFacts, paths: ReadonlySet<string>, path: string): boolean {
  if (paths.has(path) || facts.paths.some((one) => one.startsWith(`${path}/`))) return true;
  // Folders that are not listed may hold it.
  return (
    /(?:^|\/)(?:node_modules|\.git|dist|build|target|vendor|venv|\.venv|\.[a-z]+)\//.test(path) ||
    facts.readText(path) !== undefined
  );
}
