import { createHash } from "node:crypto";
import { type ComposeProject, runCompose } from "./compose.ts";
import { composeLabels } from "./containers.ts";
import type { NetworkRequest } from "./resources.ts";

/** The parts of a Compose project, with variables and overrides resolved by Compose itself, that Gantry reads. */
export interface ComposeModel {
  readonly services: Readonly<Record<string, { readonly ports?: readonly PortModel[] }>>;
  readonly networks: Readonly<Record<string, NetworkModel>>;
}

/** A published port, in Compose's long form. */
export interface PortModel {
  readonly target: number;
  readonly protocol?: string;
  readonly host_ip?: string;
  /** A number, a range, or nothing for any that is free. */
  readonly published?: string;
}

/** A network, in the order of fields that Compose prints: its hash depends on it. */
export interface NetworkModel {
  readonly name: string;
  readonly driver?: string;
  readonly driver_opts?: Readonly<Record<string, string>> | null;
  readonly ipam?: {
    readonly driver?: string;
    readonly config?: readonly AddressPool[];
    readonly options?: Readonly<Record<string, string>>;
  };
  readonly external?: boolean;
  readonly internal?: boolean;
  readonly attachable?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
  readonly enable_ipv4?: boolean;
  readonly enable_ipv6?: boolean;
}

interface AddressPool {
  readonly subnet?: string;
  readonly ip_range?: string;
  readonly gateway?: string;
  readonly aux_addresses?: Readonly<Record<string, string>>;
}

/** The label by which Compose knows a network of a project by its name in the file. */
const networkLabel = "com.docker.compose.network";

const knownFields: ReadonlySet<string> = new Set([
  "name",
  "driver",
  "driver_opts",
  "ipam",
  "external",
  "internal",
  "attachable",
  "labels",
  "enable_ipv4",
  "enable_ipv6",
] satisfies (keyof NetworkModel)[]);

/** Asks Compose what these services, and what they depend on, come to. Rejects where `docker compose up` would too. */
export async function readModel(
  project: ComposeProject,
  services: readonly string[],
  options: Parameters<typeof runCompose>[2] = {},
): Promise<ComposeModel> {
  const text = await runCompose(project, ["config", "--format", "json", ...services], options);
  // A dollar sign is printed twice, as a Compose file needs it.
  const model = JSON.parse(text.replaceAll("$$", "$")) as Partial<ComposeModel>;
  return { services: model.services ?? {}, networks: model.networks ?? {} };
}

/**
 * What the engine is to be asked for so that Compose finds its own networks and has nothing to make, to change or to
 * say: its labels, and from its version 2.32 on the hash by which it tells whether a network is outdated
 * (`NetworkHash`: SHA-256 of the definition as JSON). Networks with a field that is not known here are left to Compose.
 */
export function networkRequests(
  project: string,
  networks: ComposeModel["networks"],
  present: ReadonlySet<string>,
): readonly NetworkRequest[] {
  return Object.entries(networks)
    .filter(
      ([, network]) =>
        network.external !== true &&
        !present.has(network.name) &&
        Object.keys(network).every((field) => knownFields.has(field)),
    )
    .map(([key, network]) => ({
      Name: network.name,
      CheckDuplicate: true,
      Driver: network.driver ?? "",
      Options: network.driver_opts ?? {},
      Internal: network.internal ?? false,
      Attachable: network.attachable ?? false,
      ...(network.enable_ipv4 === undefined ? {} : { EnableIPv4: network.enable_ipv4 }),
      ...(network.enable_ipv6 === undefined ? {} : { EnableIPv6: network.enable_ipv6 }),
      ...addresses(network.ipam),
      Labels: {
        ...network.labels,
        [networkLabel]: key,
        [composeLabels.project]: project,
        [composeLabels.configHash]: networkHash(network),
      },
    }));
}

function addresses(ipam: NetworkModel["ipam"]): Pick<NetworkRequest, "IPAM"> {
  if (ipam === undefined || Object.keys(ipam).length === 0) return {};
  return {
    IPAM: {
      Driver: ipam.driver ?? "",
      ...(ipam.options === undefined ? {} : { Options: ipam.options }),
      Config: (ipam.config ?? []).map((pool) => ({
        ...(pool.subnet === undefined ? {} : { Subnet: pool.subnet }),
        ...(pool.ip_range === undefined ? {} : { IPRange: pool.ip_range }),
        ...(pool.gateway === undefined ? {} : { Gateway: pool.gateway }),
        ...(pool.aux_addresses === undefined ? {} : { AuxiliaryAddresses: pool.aux_addresses }),
      })),
    },
  };
}

/** Over the JSON that Go would write, which escapes what HTML would read. */
function networkHash(network: NetworkModel): string {
  const text = JSON.stringify(network).replace(
    /[<>&\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return createHash("sha256").update(text).digest("hex");
}
