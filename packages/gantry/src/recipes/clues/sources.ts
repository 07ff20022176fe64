import { type FileTree, joinPath } from "../../blueprint/files.ts";

/** A source of a package, by its path in the package's folder. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** Folders that hold no code that runs in production, or code of others. */
const passedOver =
  /^(\..*|node_modules|bower_components|vendor|third_party|venv|env|virtualenv|__pycache__|site-packages|dist|build|out|target|coverage|deploy|tests?|__tests__|spec|specs|e2e|cypress|playwright|storybook|examples?|samples?|docs?|fixtures|static|assets|public|locale|media|notebooks|benches|benchmarks)$/i;

/** Whether a folder's name says that nothing that runs is in it. */
export function isPassedOver(name: string): boolean {
  return passedOver.test(name.replace(/\/$/, ""));
}

const manifests = ["package.json", "pyproject.toml", "requirements.txt", "Cargo.toml"];

/** Whether the folder is a package of its own. */
export function hasManifest(files: FileTree, folder: string): boolean {
  const names = files.list(folder);
  return manifests.some((name) => names.includes(name));
}

// Enough to meet every clue, and little enough that a folder of generated files costs a second at most.
const mostFiles = 800;
const longestFile = 200_000;
const deepest = 7;

/** Sources of a package whose names end like `ending`: neither tests nor packages inside it. Nearest to the top first. */
export function sourcesOf(files: FileTree, ending: RegExp, start = ""): readonly Source[] {
  const found: Source[] = [];
  let level = [start];
  for (let depth = 0; depth < deepest && level.length > 0; depth++) {
    const next: string[] = [];
    for (const folder of level) {
      for (const name of files.list(folder)) {
        const path = joinPath(folder, name);
        if (name.endsWith("/")) {
          if (!isPassedOver(name) && !hasManifest(files, path)) next.push(path);
        } else if (
          ending.test(name) &&
          !/(\.(test|spec|d|stories)\.|^test_|_test\.|^conftest\.)/.test(name)
        ) {
          if (found.length >= mostFiles) return found;
          const text = files.read(path);
          if (text !== undefined && text.length <= longestFile) found.push({ path, text });
        }
      }
    }
    level = next;
  }
  return found;
}

/** All texts as one, for clues that hang on no place. */
export function joined(sources: readonly Source[]): string {
  return sources.map(({ text }) => text).join("\n");
}

/** Version of an official image that a Dockerfile of the folder is built on: what the sources were made for. */
export function versionBefore(files: FileTree, image: string): string | undefined {
  const names = files.list("").filter((name) => /^Dockerfile|\.Dockerfile$|^docker\/$/.test(name));
  const paths = names.flatMap((name) =>
    name.endsWith("/") ? files.list(name).map((inner) => joinPath(name, inner)) : [name],
  );
  for (const path of paths) {
    const found = new RegExp(`^\\s*FROM\\s+(?:\\S+/)?${image}:v?(\\d+(?:\\.\\d+)?)`, "im").exec(
      files.read(path) ?? "",
    );
    if (found !== null) return found[1];
  }
  return undefined;
}
