/** What an error text of Docker, Compose or Buildx is about. */
export type Recognised =
  | { readonly kind: "port"; readonly port: string }
  | { readonly kind: "disk" }
  | { readonly kind: "addresses" }
  | { readonly kind: "name" }
  | { readonly kind: "image"; readonly reference: string }
  | { readonly kind: "denied"; readonly reference: string }
  | { readonly kind: "unreachable"; readonly reference: string }
  | { readonly kind: "mount" }
  | { readonly kind: "limit" }
  | { readonly kind: "noEngine" }
  | { readonly kind: "noRights" }
  | { readonly kind: "noCompose" }
  | { readonly kind: "noBuildx" }
  | { readonly kind: "noFile"; readonly file: string };

/** A form that a message has had in some version; groups of the expression are what `make` gets. */
interface Form {
  readonly pattern: RegExp;
  readonly make: (groups: readonly string[]) => Recognised;
}

/** What connections to registries die of. */
const outOfReach = [
  "toomanyrequests",
  "no such host",
  "i/o timeout",
  "x509:",
  "TLS handshake timeout",
  "connection refused.*/v2/",
  "dial tcp .*/v2/",
  "network is unreachable",
  "server misbehaving",
].join("|");

const forms: readonly Form[] = [
  // Docker up to 27, then 28; the first when another container has it, the others when a process has.
  { pattern: /Bind for (\S+) failed: port is already allocated/, make: port },
  { pattern: /listen (?:tcp|udp)[46]? (\S+): bind: address already in use/, make: port },
  {
    pattern: /failed to bind host port (?:for )?(\S+?)(?::[\d.]+:\d+)?\/(?:tcp|udp): address already in use/,
    make: port,
  },
  { pattern: /no space left on device|disk quota exceeded/i, make: () => ({ kind: "disk" }) },
  {
    pattern:
      /available, non-overlapping IPv[46] address pool|predefined address pools have been fully subnetted/,
    make: () => ({ kind: "addresses" }),
  },
  {
    pattern:
      /Invalid (?:container|namespace) name|invalid characters for a local volume name|invalid project name|invalid reference format/i,
    make: () => ({ kind: "name" }),
  },
  { pattern: /pull access denied for ([^\s,]+)/, make: denied },
  {
    pattern: /(?:(\S+): )?(?:failed to authorize|unauthorized:|403 Forbidden|no basic auth credentials)/,
    make: denied,
  },
  { pattern: /manifest for (\S+) not found/, make: image },
  { pattern: /No such image: (\S+)/i, make: image },
  { pattern: /failed to resolve source metadata for (\S+): .*(?:not found|manifest unknown)/, make: image },
  {
    pattern: new RegExp(`failed to resolve source metadata for (\\S+): .*(?:${outOfReach})`),
    make: unreachable,
  },
  { pattern: new RegExp(outOfReach), make: () => unreachable([""]) },
  {
    pattern: /bind source path does not exist|not a directory: unknown: Are you trying to mount/,
    make: () => ({ kind: "mount" }),
  },
  { pattern: /error setting rlimit/, make: () => ({ kind: "limit" }) },
  {
    pattern: /permission denied while trying to connect to the Docker daemon/i,
    make: () => ({ kind: "noRights" }),
  },
  {
    pattern: /Cannot connect to the Docker daemon|error during connect/i,
    make: () => ({ kind: "noEngine" }),
  },
  {
    pattern:
      /unknown shorthand flag: 'p' in -p|'compose' is not a docker command|unknown command: docker compose/,
    make: () => ({ kind: "noCompose" }),
  },
  {
    pattern:
      /'buildx' is not a docker command|unknown command: docker buildx|unknown flag: --progress|invalid progress mode rawjson/,
    make: () => ({ kind: "noBuildx" }),
  },
  {
    pattern: /(?:open|stat|read) (\S*(?:compose[^/\s]*\.ya?ml|docker-bake\.hcl)): no such file or directory/,
    make: ([file = ""]) => ({ kind: "noFile", file }),
  },
];

/** What a text is about; `undefined` when no known form fits. */
export function recognise(text: string): Recognised | undefined {
  for (const { pattern, make } of forms) {
    const match = pattern.exec(text);
    if (match !== null) return make(match.slice(1).map((group) => group ?? ""));
  }
  return undefined;
}

function port([address = ""]: readonly string[]): Recognised {
  return { kind: "port", port: address.replace(/^.*:/, "") };
}

function denied([reference]: readonly string[]): Recognised {
  return { kind: "denied", reference: reference || "the image" };
}

function image([reference = ""]: readonly string[]): Recognised {
  return { kind: "image", reference };
}

function unreachable([reference]: readonly string[]): Recognised {
  return { kind: "unreachable", reference: reference || "the image" };
}
