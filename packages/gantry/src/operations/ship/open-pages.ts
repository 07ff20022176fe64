import { humanBytes } from "../../base/units.ts";
import type { HashedFiles } from "../../blueprint/plan.ts";
import { EngineFailure } from "../../engine/client.ts";
import { execBytes, execInContainer } from "../../engine/exec.ts";
import type { Session } from "../session.ts";
import { chooseHashed, diskBytes, type HashedFile, hashedFilesIn } from "./hashed-files.ts";
import type { Journal, Named } from "./model.ts";
import { deployProblems } from "./problems.ts";

/** Room for earlier files where a page has no limit of memory. */
const roomWithoutLimit = 16 * 1024 ** 2;

/** What one container of a page can serve. */
interface Shelf {
  readonly id: string;
  readonly own: readonly HashedFile[];
  readonly earlier: readonly HashedFile[];
}

/**
 * Lets pages that are open go on: their browsers ask for the files of the build that they came from. The new containers
 * get those of the old ones, and what these had been given by deploys before. The old ones get those of the new build,
 * because a browser may have the new page already and ask for the rest of it over a connection that leads to an old one.
 * What cannot be brought is a warning: no deploy fails because of pages that a reload mends.
 */
export async function serveOpenPages(session: Session, journal: Journal): Promise<void> {
  await Promise.all(
    Object.values(session.blueprint.services).map(async ({ name, image, resources }) => {
      const plan = image.kind === "built" ? session.blueprint.images[image.image]?.plan : undefined;
      const files = plan?.site?.hashed;
      const of = (some: readonly Named[]): readonly Named[] => some.filter(({ service }) => service === name);
      const fresh = of(journal.fresh);
      const old = of([...journal.keep, ...journal.remove]);
      if (files === undefined || fresh.length === 0 || old.length === 0 || journal.inPlace.includes(name))
        return;
      // Half of a page's memory at most, whatever happens: a quarter for each direction.
      const room = resources.memory === undefined ? roomWithoutLimit : resources.memory / 4;
      try {
        const left = await exchangeFiles(session, files, { old, fresh, room, until: journal.generation });
        const bytes = left.reduce((sum, file) => sum + file.bytes, 0);
        if (left.length > 0)
          session.task.warn(
            deployProblems.pagesLeft(
              name,
              `${humanBytes(bytes)} of earlier builds find no room in the ${humanBytes(room)} kept for them`,
            ),
          );
      } catch (error) {
        session.signal.throwIfAborted();
        if (!(error instanceof EngineFailure || error instanceof CommandFailed)) throw error;
        session.task.warn(deployProblems.pagesLeft(name, error.message));
      }
    }),
  );
}

interface Exchange {
  readonly old: readonly Named[];
  readonly fresh: readonly Named[];
  readonly room: number;
  readonly until: number;
}

/** Brings files in both directions; those of earlier builds for which there was no room. */
async function exchangeFiles(
  session: Session,
  files: HashedFiles,
  { old, fresh, room, until }: Exchange,
): Promise<readonly HashedFile[]> {
  const look = async (some: readonly Named[]): Promise<readonly Shelf[]> =>
    (await Promise.all(some.map(({ id }) => readShelf(session, files, id, until)))).filter(
      (shelf) => shelf !== undefined,
    );
  const [before, after] = await Promise.all([look(old), look(fresh)]);
  const left = await Promise.all(
    after.map((shelf) => bring(session, files, { to: shelf, from: before, room, until })),
  );
  const sample = after.slice(0, 1);
  for (const shelf of before) {
    const taken = shelf.earlier.reduce((sum, file) => sum + diskBytes(file.bytes), 0);
    await bring(session, files, { to: shelf, from: sample, room: Math.min(room, 2 * room - taken), until });
  }
  return left[0] ?? [];
}

/** What a container has; nothing when it does not run. */
async function readShelf(
  session: Session,
  files: HashedFiles,
  id: string,
  until: number,
): Promise<Shelf | undefined> {
  const list = (folder: string): Promise<string> =>
    run(session, id, listScript, [folder, ...files.paths.map((path) => `.${path}*`)]);
  try {
    const [own, earlier] = await Promise.all([list(files.own), list(files.earlier)]);
    return { id, own: hashedFilesIn(own, until), earlier: hashedFilesIn(earlier) };
  } catch (error) {
    if (error instanceof EngineFailure && (error.status === 404 || error.status === 409)) return undefined;
    throw error;
  }
}

/** Copies what one container lacks from others; what there was no room for. */
async function bring(
  session: Session,
  files: HashedFiles,
  { to, from, room, until }: { to: Shelf; from: readonly Shelf[]; room: number; until: number },
): Promise<readonly HashedFile[]> {
  const there = new Set([...to.own, ...to.earlier].map(({ path }) => path));
  const all = from.flatMap(({ own, earlier }) => [...own, ...earlier]);
  const { chosen, left } = chooseHashed(all, there, room);
  const missing = new Set(chosen.map(({ path }) => path));
  for (const shelf of from)
    for (const [folder, own] of [
      [files.own, true],
      [files.earlier, false],
    ] as const) {
      const paths = (own ? shelf.own : shelf.earlier)
        .map(({ path }) => path)
        .filter((path) => missing.delete(path));
      if (paths.length === 0) continue;
      // No name is an option, whatever it begins with.
      const named = paths.map((path) => `./${path}`);
      const { stdout, ...end } = await execBytes(session.engine, shelf.id, {
        command: ["tar", "-c", "-f", "-", "-C", folder, ...named],
        // Each file has a header of its own, and its end is filled up.
        limit: room + paths.length * 4096 + 65_536,
        signal: session.signal,
      });
      if (end.exitCode !== 0 || end.cut) throw new CommandFailed("tar", end.stderr.toString("utf8"));
      await run(
        session,
        to.id,
        unpackScript,
        [files.earlier, String(stdout.length), own ? String(until) : "", ...named],
        stdout,
      );
    }
  return left;
}

/** Files below a folder that is perhaps not there, whose paths begin as the other arguments say. */
const listScript = `cd "$1" 2>/dev/null || exit 0
shift
for path; do find . -type f -path "$path" -exec stat -c '%Y %s %n' {} +; done`;

/**
 * Unpacks so many bytes into a folder. The times of a build's own files say nothing that is needed: they become the
 * number of the generation that replaced it, so that the order of builds does not hang on anybody's clock.
 */
const unpackScript = `set -e
mkdir -p "$1" && cd "$1"
head -c "$2" | tar -x -f -
until=$3
shift 3
[ -z "$until" ] || touch -d "@$until" "$@"`;

class CommandFailed extends Error {
  constructor(what: string, said: string) {
    super(said.trim().split("\n").at(-1) || `${what} failed in its container`);
  }
}

async function run(
  session: Session,
  id: string,
  script: string,
  args: readonly string[],
  input?: Buffer,
): Promise<string> {
  const { exitCode, stdout, stderr } = await execInContainer(session.engine, id, {
    command: ["sh", "-c", script, "sh", ...args],
    limit: 4 * 1024 ** 2,
    ...(input === undefined ? {} : { input }),
    signal: session.signal,
  });
  if (exitCode !== 0) throw new CommandFailed("a command", stderr);
  return stdout;
}
