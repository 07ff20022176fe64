import { parts } from "../backing/index.ts";
import type { Address } from "../backing/types.ts";
import { variableName } from "../base/names.ts";
import type { EnvValue, SecretUse } from "../blueprint/model.ts";
import type { ApplicationService, StackInput, Use, UseOptions } from "./types.ts";
import { isPart } from "./validate.ts";

/** What a service gets from those it uses. */
export interface Given {
  readonly environment: Readonly<Record<string, EnvValue>>;
  readonly secrets: readonly SecretUse[];
}

/** A use with its options. */
export function useOptions(use: Use<string>): UseOptions<string> {
  return typeof use === "string" ? { service: use } : use;
}

/** Addresses that every service of the stack gives, by its name; `undefined` for those that nobody can call. */
export function addressesOf(input: StackInput<string>): Readonly<Record<string, Address>> {
  const found: Record<string, Address> = {};
  for (const [name, service] of Object.entries(input.services)) {
    if (isPart(service)) {
      const address = parts[service.backing]?.address(name, service.options as never, input.name);
      if (address !== undefined) found[name] = address;
    } else if ((service as ApplicationService).port !== undefined) {
      found[name] = {
        variable: `${variableName(name)}_URL`,
        scheme: "http",
        port: (service as ApplicationService).port as number,
      };
    }
  }
  // Two servers of one kind cannot both be REDIS_URL: each is then named after its service.
  const counts = new Map<string, number>();
  for (const address of Object.values(found))
    counts.set(address.variable, (counts.get(address.variable) ?? 0) + 1);
  return Object.fromEntries(
    Object.entries(found).map(([name, address]) => [
      name,
      (counts.get(address.variable) ?? 0) > 1
        ? { ...address, variable: `${variableName(name)}_URL` }
        : address,
    ]),
  );
}

/** Variables and secrets for the services that one uses. */
export function given(uses: readonly Use<string>[], addresses: Readonly<Record<string, Address>>): Given {
  const environment: Record<string, EnvValue> = {};
  const secrets: SecretUse[] = [];
  for (const use of uses.map(useOptions)) {
    const known = addresses[use.service];
    if (known === undefined) continue;
    const address = use.scheme === undefined ? known : { ...known, scheme: use.scheme };
    const names =
      typeof use.as === "object"
        ? use.as
        : { url: use.as ?? address.variable, ...defaultPassword(use.as ?? address.variable, address) };
    const host = use.service;
    const set = (variable: string | undefined, value: string | undefined): void => {
      if (variable !== undefined && value !== undefined) environment[variable] = { value };
    };
    set(names.url, url(address, host));
    set(names.host, host);
    set(names.port, String(address.port));
    set(names.user, address.user);
    set(names.database, address.database);
    if (address.passwordSecret === undefined) continue;
    const target = `/run/secrets/${address.passwordSecret}`;
    const secret = address.passwordSecret;
    if (names.passwordFile !== undefined) secrets.push({ secret, target, variable: names.passwordFile });
    if (names.password !== undefined)
      secrets.push({
        secret,
        target,
        variable: undefined,
        exposed: { variable: names.password, template: `\${${secret}}` },
      });
    if (names.urlWithPassword !== undefined) {
      secrets.push({
        secret,
        target,
        variable: undefined,
        exposed: { variable: names.urlWithPassword, template: url(address, host, `\${${secret}}`) },
      });
    }
  }
  return { environment, secrets };
}

/** `DATABASE_URL` comes with `DATABASE_PASSWORD_FILE`. */
function defaultPassword(variable: string, address: Address): { passwordFile?: string } {
  return address.passwordSecret === undefined
    ? {}
    : { passwordFile: `${variable.replace(/_URL$/, "")}_PASSWORD_FILE` };
}

function url(address: Address, host: string, password?: string): string {
  const user =
    address.user === undefined ? "" : `${address.user}${password === undefined ? "" : `:${password}`}@`;
  return `${address.scheme}://${user}${host}:${address.port}${address.database === undefined ? "" : `/${address.database}`}`;
}
