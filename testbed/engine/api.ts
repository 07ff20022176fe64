import http from "node:http";

/** What a running engine says about itself. */
export interface EngineVersion {
  readonly version: string;
  readonly apiVersion: string;
}

/** Asks the engine behind a Unix socket for its version; `undefined` when nothing answers within `timeout` ms. */
export async function askVersion(socketPath: string, timeout = 2_000): Promise<EngineVersion | undefined> {
  const body = await get(socketPath, "/version", timeout);
  if (body === undefined) return undefined;
  const answer: unknown = JSON.parse(body);
  if (typeof answer !== "object" || answer === null) return undefined;
  const { Version, ApiVersion } = answer as { Version?: unknown; ApiVersion?: unknown };
  return typeof Version === "string" && typeof ApiVersion === "string"
    ? { version: Version, apiVersion: ApiVersion }
    : undefined;
}

async function get(socketPath: string, route: string, timeout: number): Promise<string | undefined> {
  return await new Promise((resolve) => {
    const request = http.get({ socketPath, path: route, timeout }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      response.on("end", () => resolve(response.statusCode === 200 ? body : undefined));
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(undefined));
  });
}
