import { homedir } from "node:os";
import { join } from "node:path";
import { GantryError } from "../../base/errors.ts";
import { readText } from "../files.ts";
import { ProgramMissing, runCommand } from "../process.ts";
import { registryProblems } from "./problems.ts";

/** A login; `token` is one that stands for user and password (an identity token). */
export interface Login {
  readonly user: string;
  readonly password: string;
}

interface DockerConfig {
  readonly auths?: Readonly<Record<string, { readonly auth?: string }>>;
  readonly credsStore?: string;
  readonly credHelpers?: Readonly<Record<string, string>>;
}

/** The login that `docker login` kept for a registry; `undefined` when there is none. */
export async function findLogin(
  host: string,
  variables: Readonly<Record<string, string | undefined>>,
  signal?: AbortSignal,
): Promise<Login | undefined> {
  const file = join(
    variables["DOCKER_CONFIG"] || join(variables["HOME"] || homedir(), ".docker"),
    "config.json",
  );
  const text = await readText(file);
  if (text === undefined) return undefined;
  let config: DockerConfig;
  try {
    config = JSON.parse(text) as DockerConfig;
  } catch {
    throw new GantryError(registryProblems.badVersion(file));
  }
  const key = host === "docker.io" ? "https://index.docker.io/v1/" : host;
  const helper = config.credHelpers?.[key] ?? config.credsStore;
  if (helper !== undefined) {
    const login = await askHelper(helper, key, signal);
    if (login !== undefined) return login;
  }
  const auth = config.auths?.[key]?.auth ?? config.auths?.[`https://${key}`]?.auth;
  return auth === undefined || auth === ""
    ? undefined
    : splitLogin(Buffer.from(auth, "base64").toString("utf8"));
}

async function askHelper(helper: string, key: string, signal?: AbortSignal): Promise<Login | undefined> {
  try {
    const { exitCode, stdout } = await runCommand(
      { program: `docker-credential-${helper}`, args: ["get"] },
      { input: key, signal },
    );
    if (exitCode !== 0) return undefined;
    const { Username, Secret } = JSON.parse(stdout) as { Username: string; Secret: string };
    return { user: Username, password: Secret };
  } catch (error) {
    if (error instanceof ProgramMissing || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function splitLogin(text: string): Login {
  const colon = text.indexOf(":");
  return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
