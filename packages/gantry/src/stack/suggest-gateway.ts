import type { Guess, SuggestedProxy } from "../blueprint/suggestion.ts";
import { Call, type Written } from "./suggest-text.ts";

/** A service that answers HTTP. */
export interface Answering {
  readonly name: string;
  readonly port: number;
  readonly paths: readonly string[];
}

/** A page. */
export interface Page {
  readonly name: string;
  readonly build: Call;
  readonly proxies: readonly SuggestedProxy[];
}

/** A gateway, or none when nothing answers. */
export interface SuggestedGateway {
  readonly call: Call;
  /** Pages beside the first are services of their own. */
  readonly guesses: readonly Guess[];
}

/** A gateway in front of pages and services. */
export function suggestGateway(
  pages: readonly Page[],
  services: readonly Answering[],
): SuggestedGateway | undefined {
  const [page, ...more] = pages;
  if (page === undefined && services.length === 0) return undefined;
  const routes: Record<string, Written> = {};
  const guesses: Guess[] = [];
  const routed = new Set<string>();
  const route = (path: string, service: string, strip: boolean): void => {
    routed.add(service);
    if (routes[path] === undefined) routes[path] = strip ? { service, strip } : service;
  };
  for (const proxy of page?.proxies ?? []) {
    const target =
      services.find(({ name }) => name === proxy.host) ??
      services.find(({ port }) => port === proxy.port) ??
      (services.length === 1 ? services[0] : undefined);
    if (target === undefined)
      guesses.push({
        about: "routes",
        text: `The page's development server passes ${proxy.path} on to a service that was not found.`,
      });
    else if (proxy.path !== "/") route(proxy.path, target.name, proxy.strip);
  }
  for (const { name } of more) route(`/${name}`, name, true);
  const rest = services.filter(({ name }) => !routed.has(name));
  if (page === undefined) {
    const first = rest.find(({ name }) => /^(web|app|frontend|ui|www|site|client)$/.test(name)) ?? rest[0];
    if (first !== undefined) route("/", first.name, false);
  }
  for (const { name, paths } of rest.filter((service) => !routed.has(service.name))) {
    const free = paths.filter((path) => routes[path] === undefined);
    const own = free.filter(
      (path) => !rest.some((other) => other.name !== name && other.paths.includes(path)),
    );
    const chosen = own.length > 0 ? own : page !== undefined && rest.length === 1 ? free : [];
    if (chosen.length > 0) for (const path of chosen) route(path, name, false);
    else {
      const path = page !== undefined && services.length === 1 ? "/api" : `/${name}`;
      route(path, name, true);
      guesses.push({
        about: "routes",
        text: `That ${path} leads to ${name}, without that first step of the path, is a guess: nothing names its paths.`,
      });
    }
  }
  return {
    call: new Call(
      "nginx",
      { site: page?.build, ...(Object.keys(routes).length > 0 ? { routes } : {}) },
      true,
    ),
    guesses,
  };
}
