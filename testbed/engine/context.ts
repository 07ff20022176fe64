import { access, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { run } from "./command.ts";
import type { StatePaths } from "./state.ts";

/** Name of the Docker context that stands for the private engine. */
const CONTEXT = "gantry";

/**
 * Makes `docker` and `gantry` find the private engine in any shell of this user, by a Docker context. Only where the user
 * has no engine and has chosen no context: nobody's own choice is overridden.
 */
export async function offerContext(paths: StatePaths, env: NodeJS.ProcessEnv): Promise<void> {
  const chosen = await currentContext(env);
  if ((chosen !== undefined && chosen !== CONTEXT) || (await there("/var/run/docker.sock"))) return;
  const address = `host=unix://${paths.socket}`;
  const made = await run(
    ["docker", "context", "inspect", CONTEXT, "--format", "{{.Endpoints.docker.Host}}"],
    { env: own },
  );
  if (made.code !== 0)
    await run(
      [
        "docker",
        "context",
        "create",
        CONTEXT,
        "--docker",
        address,
        "--description",
        "Gantry's private engine",
      ],
      { env: own },
    );
  else if (`host=${made.stdout.trim()}` !== address)
    await run(["docker", "context", "update", CONTEXT, "--docker", address], { env: own });
  if (chosen === undefined) await run(["docker", "context", "use", CONTEXT], { env: own });
}

/** Takes the context away again, unless it stands for another engine by now. */
export async function withdrawContext(paths: StatePaths, env: NodeJS.ProcessEnv): Promise<void> {
  const made = await run(
    ["docker", "context", "inspect", CONTEXT, "--format", "{{.Endpoints.docker.Host}}"],
    { env: own },
  );
  if (made.stdout.trim() !== `unix://${paths.socket}`) return;
  if ((await currentContext(env)) === CONTEXT)
    await run(["docker", "context", "use", "default"], { env: own });
  await run(["docker", "context", "rm", "--force", CONTEXT], { env: own });
}

/** The client must look at the user's settings, not at the engine that the caller's environment names. */
const own: Readonly<Record<string, undefined>> = {
  DOCKER_HOST: undefined,
  DOCKER_CONTEXT: undefined,
  DOCKER_CONFIG: undefined,
};

async function currentContext(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const text = await readFile(path.join(env["HOME"] ?? homedir(), ".docker", "config.json"), "utf8").catch(
    () => "{}",
  );
  try {
    const name = (JSON.parse(text) as { currentContext?: string }).currentContext;
    return name === undefined || name === "" || name === "default" ? undefined : name;
  } catch {
    // A file that cannot be read is left to the user.
    return "unreadable";
  }
}

async function there(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  );
}
