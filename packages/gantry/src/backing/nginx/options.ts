import type { Shape } from "../../base/shape.ts";
import {
  either,
  flag,
  integer,
  isPlain,
  isText,
  list,
  object,
  record,
  shape,
  size,
  span,
  text,
} from "../../base/shape.ts";
import type { Recipe } from "../../blueprint/plan.ts";
import { commonKeys, publishShape } from "../common.ts";
import type { BackingService, CommonOptions } from "../types.ts";

/** A gateway: the one service that the outside reaches. */
export interface NginxOptions<Names extends string = string> extends CommonOptions {
  /** Which service answers which path; the longest path wins. `"/api"` is `/api` and all below it. */
  readonly routes?: Readonly<Record<string, Names | RouteOptions<Names>>>;
  /**
   * Page that is served on every other path: `site({ context: "web" })`. It becomes a service of its own, `NAME-site`: in
   * dev its server with hot reload, elsewhere a web server with the built files, which a deploy replaces without a gap.
   */
  readonly site?: Recipe;
  /** Image, when the official one of the stable branch is not wanted. */
  readonly image?: string;
  /** Encrypt: certificate and key are the secrets `NAME_TLS_CERTIFICATE` and `NAME_TLS_KEY`, or those named here. Production only. */
  readonly tls?: boolean | { readonly certificate: string; readonly key: string };
  /** Requests that one client may send, for all routes. Default: no limit. */
  readonly rateLimit?: RateLimit;
  /** Largest request body. Default: `"1m"`. */
  readonly bodyLimit?: string;
  /** Longest pause of an answering service. Default: `"60s"`. */
  readonly timeout?: string;
  /** Time that requests, WebSockets and event streams in flight get to end during a deploy, before they are cut. Default: `"30s"`. */
  readonly drain?: string;
  /** Networks of proxies in front that may say who the client is (`X-Forwarded-For`), such as `10.0.0.0/8`. */
  readonly trustedProxies?: readonly string[];
  /** Host port for encrypted traffic, when `tls` is set. Default: 443. */
  readonly publishTls?: number | boolean | { readonly port: number; readonly host?: string };
}

/** What is special about a route. */
export interface RouteOptions<Names extends string = string> {
  readonly service: Names;
  /** Port, when it is not the service's main one. */
  readonly port?: number;
  /** Remove the route's path before the service sees it. Default: false. */
  readonly strip?: boolean;
  readonly rateLimit?: RateLimit;
  readonly bodyLimit?: string;
  readonly timeout?: string;
  /** Pass each piece on at once: for event streams. Default: false; a service may ask with `X-Accel-Buffering: no`. */
  readonly stream?: boolean;
}

/** Requests per client address. */
export interface RateLimit {
  /** Steady rate: `"10/s"` or `"300/m"`. */
  readonly rate: string;
  /** How many may come at once beyond it, without delay. Default: twice a second's worth. */
  readonly burst?: number;
}

/** A gateway of nginx. */
export function nginx<const Names extends string = never>(
  options: NginxOptions<Names>,
): BackingService<Names> {
  return { backing: "nginx", options: { ...options } } as BackingService<Names>;
}

const rateLimit: Shape = object(
  {
    rate: shape(
      'a rate such as "10/s" or "300/m"',
      (value) => typeof value === "string" && /^[1-9]\d*\/[sm]$/.test(value),
    ),
    burst: integer(0, 100_000),
  },
  ["rate"],
);

const routePath = (path: string): string | undefined =>
  /^\/[A-Za-z0-9._~!$&'()*+,;=:@/-]*$/.test(path)
    ? undefined
    : "A route is a path that starts with / and has no spaces, queries or patterns.";

/** Form of {@link NginxOptions}. */
export const nginxShape: Shape = object({
  ...commonKeys,
  routes: record(
    either(
      { when: isText, use: text },
      {
        when: isPlain,
        use: object(
          {
            service: text,
            port: integer(1, 65_535),
            strip: flag,
            rateLimit,
            bodyLimit: size,
            timeout: span,
            stream: flag,
          },
          ["service"],
        ),
      },
    ),
    routePath,
  ),
  site: {
    is: "a recipe such as site({ … })",
    check: (value, path, report) => {
      if (!isPlain(value) || typeof value["recipe"] !== "string")
        report(path, `${path} should be a recipe such as site({ context: "web" })`);
    },
  },
  image: text,
  tls: either(
    { when: (value) => typeof value === "boolean", use: flag },
    { when: isPlain, use: object({ certificate: text, key: text }, ["certificate", "key"]) },
  ),
  rateLimit,
  bodyLimit: size,
  timeout: span,
  drain: span,
  trustedProxies: list(text),
  publishTls: publishShape,
});
