import { variableName } from "../../base/names.ts";
import type { PublishedPort } from "../../blueprint/model.ts";
import type { EnvironmentName } from "../../blueprint/plan.ts";
import { gatewayPorts } from "./config.ts";
import type { NginxOptions } from "./options.ts";

/** Ports of the host that lead to a gateway; in tests none. */
export function publishedPorts(
  name: string,
  environment: EnvironmentName,
  options: NginxOptions,
  tls: boolean,
): readonly PublishedPort[] {
  if (environment === "test") return [];
  const open = environment === "production";
  const plain = {
    standard: open ? 80 : 8080,
    target: gatewayPorts.http,
    variable: `${variableName(name)}_PORT`,
    protocol: "http" as const,
  };
  const encrypted = {
    standard: open ? 443 : 8443,
    target: gatewayPorts.https,
    variable: `${variableName(name)}_TLS_PORT`,
    protocol: "https" as const,
  };
  const port = (
    wanted: NginxOptions["publish"],
    of: typeof plain | typeof encrypted,
  ): readonly PublishedPort[] => {
    if (wanted === false) return [];
    const chosen =
      typeof wanted === "number"
        ? { port: wanted }
        : typeof wanted === "object"
          ? wanted
          : { port: of.standard };
    // A gateway is there to be reached: in production on every address, on a laptop only from the laptop.
    return [
      {
        host: ("host" in chosen ? chosen.host : undefined) ?? (open ? "0.0.0.0" : "127.0.0.1"),
        port: chosen.port,
        target: of.target,
        variable: of.variable,
        protocol: of.protocol,
      },
    ];
  };
  return [...(tls ? port(options.publishTls, encrypted) : []), ...port(options.publish, plain)];
}
