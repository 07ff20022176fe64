/** What `/etc/os-release` says about a distribution. */
export interface Distribution {
  readonly id: string;
  readonly codename: string;
  readonly versionId: number;
  readonly likeDebian: boolean;
}

/** The packages that make an engine. */
export const ENGINE_PACKAGES: readonly string[] = [
  "docker.io",
  "docker-cli",
  "docker-buildx",
  "docker-compose",
  "iptables",
  "debootstrap",
];

/** Ubuntu names the same software differently. */
export const UBUNTU_ENGINE_PACKAGES: readonly string[] = [
  "docker.io",
  "docker-buildx",
  "docker-compose-v2",
  "iptables",
  "debootstrap",
  // Without it debootstrap takes Debian's packages unchecked.
  "debian-archive-keyring",
];

/** Reads the text of `/etc/os-release`. */
export function parseOsRelease(text: string): Distribution {
  const fields = new Map(
    text.split("\n").flatMap((line) => {
      const match = /^([A-Z_]+)=(.*)$/.exec(line);
      return match?.[1] === undefined
        ? []
        : [[match[1], (match[2] ?? "").replace(/^["']|["']$/g, "")] as const];
    }),
  );
  const id = fields.get("ID") ?? "";
  return {
    id,
    codename: fields.get("VERSION_CODENAME") ?? "",
    versionId: Number.parseFloat(fields.get("VERSION_ID") ?? "0") || 0,
    likeDebian: [id, ...(fields.get("ID_LIKE") ?? "").split(" ")].includes("debian"),
  };
}

/** Whether a distribution's own packages are too old, so that Debian trixie's are needed. */
export function needsNewerSource(distribution: Distribution): boolean {
  return distribution.id === "debian" && distribution.versionId > 0 && distribution.versionId < 13;
}

/**
 * The address of the Debian archive that this machine uses, read from its own apt sources (both formats).
 * Security and third-party archives do not count.
 */
export function archiveAddress(sources: readonly string[], codename: string): string | undefined {
  return sources
    .flatMap((text) => [...deb822Entries(text), ...oneLineEntries(text)])
    .find(
      (entry) =>
        entry.components.includes("main") &&
        entry.suites.some((suite) => suite === codename) &&
        /^https?:/.test(entry.address),
    )?.address;
}

interface SourceEntry {
  readonly address: string;
  readonly suites: readonly string[];
  readonly components: readonly string[];
}

function deb822Entries(text: string): readonly SourceEntry[] {
  return text.split(/\n\s*\n/).flatMap((stanza) => {
    const field = (name: string) =>
      (new RegExp(`^${name}:(.*(?:\\n[ \\t].*)*)`, "im").exec(stanza)?.[1] ?? "").trim().split(/\s+/);
    if (!field("Types").includes("deb") || /^enabled:\s*no/im.test(stanza)) return [];
    return field("URIs").map((address) => ({
      address: address.replace(/\/+$/, ""),
      suites: field("Suites"),
      components: field("Components"),
    }));
  });
}

function oneLineEntries(text: string): readonly SourceEntry[] {
  return text.split("\n").flatMap((line) => {
    const match = /^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s+(.+)$/.exec(line);
    if (match?.[1] === undefined || match[2] === undefined) return [];
    return [
      {
        address: match[1].replace(/\/+$/, ""),
        suites: [match[2]],
        components: (match[3] ?? "").split(/\s+/),
      },
    ];
  });
}

/** The apt source for Debian trixie, in deb822 format. */
export function renderSource(address: string): string {
  return [
    "# Written by Gantry's testbed; read only by its own apt calls.",
    "Types: deb",
    `URIs: ${address}`,
    "Suites: trixie",
    "Components: main",
    "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg",
    "",
  ].join("\n");
}

/** Pins that take only the engine's own packages from trixie: nothing that is installed is upgraded to it. */
export function renderPins(): string {
  return [
    "# Written by Gantry's testbed; read only by its own apt calls.",
    "Package: *",
    "Pin: release n=trixie",
    "Pin-Priority: 50",
    "",
    `Package: ${ENGINE_PACKAGES.filter((name) => name.startsWith("docker")).join(" ")}`,
    "Pin: release n=trixie",
    "Pin-Priority: 700",
    "",
  ].join("\n");
}
