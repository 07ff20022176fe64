import type { Problem } from "../base/errors.ts";
import type { Shape } from "../base/shape.ts";
import type { FileTree } from "../blueprint/files.ts";
import type { GatewayFacts } from "../blueprint/gateway.ts";
import type {
  BackingFacts,
  KernelNeed,
  Listener,
  PublishedPort,
  Resources,
  Role,
  SecretUse,
  Security,
  ServiceMount,
} from "../blueprint/model.ts";
import type { BuildPlan, EnvironmentName } from "../blueprint/plan.ts";

/** A part that is bought, not built. `Names` are services that its options refer to, such as a gateway's routes. */
export interface BackingService<out Names extends string = string> {
  readonly backing: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Never there: carries the names to the compiler. */
  readonly __names?: Names;
}

/** Options that every backing part has. */
export interface CommonOptions {
  /** Memory it may use; its own settings are derived from it, never from the host's. */
  readonly memory?: string;
  /** Processors it may use. */
  readonly cpus?: number;
  readonly reserve?: { readonly cpus?: number; readonly memory?: string };
  readonly cpuSet?: string;
  /** Whether the host publishes its port. Default: in dev on the loopback address; never elsewhere, except a gateway's. */
  readonly publish?: number | boolean | { readonly port: number; readonly host?: string };
  /** Environments it exists in. Default: all. */
  readonly only?: readonly EnvironmentName[];
  /** Escape hatch: merged last into this service in each Compose file. */
  readonly compose?: Readonly<Record<string, unknown>>;
}

/** What a part is given to describe itself for one environment. */
export interface PartInput<Options> {
  readonly name: string;
  readonly stack: string;
  readonly environment: EnvironmentName;
  readonly options: Options;
  readonly files: FileTree;
  /** Folder of rendered files, relative to the stack's. */
  readonly output: string;
  /** Path in the stack, for problems: `services.db`. */
  readonly path: string;
  /** Facts about other services that it refers to: their port, and the address that they give. */
  readonly service: (name: string) =>
    | {
        readonly port: number | undefined;
        readonly graceMs: number;
        readonly address: Address | undefined;
      }
    | undefined;
  /** Plans a recipe for an image of this part (a gateway's site). */
  readonly planRecipe: (
    recipe: { readonly recipe: string; readonly options: Readonly<Record<string, unknown>> },
    image: string,
    path: string,
  ) => { readonly plan?: BuildPlan; readonly problems: readonly Problem[] };
}

/** What a part says of itself, resolved for one environment. Everything else is the same for all services. */
export interface Part {
  readonly role: Role;
  readonly kind: string;
  /** Image reference, or a build of its own. */
  readonly image: string | { readonly plan: BuildPlan; readonly name: string };
  readonly command?: readonly string[];
  readonly environment: Readonly<Record<string, { readonly value: string; readonly comment?: string }>>;
  readonly secrets: readonly PartSecret[];
  readonly listens: readonly Listener[];
  readonly mounts: readonly ServiceMount[];
  /** Named volumes that it owns. */
  readonly volumes: readonly { readonly name: string; readonly backup: boolean }[];
  readonly uses: readonly string[];
  /** Probe that is known to work in its image. */
  readonly health: PartHealth;
  readonly graceMs: number;
  readonly stopSignal?: string;
  readonly security: Pick<Security, "user" | "readOnlyRoot" | "addCapabilities"> & {
    readonly init?: boolean;
  };
  readonly shmBytes?: number;
  readonly ulimits?: Readonly<Record<string, number>>;
  /** What it wants of the engine's machine; see `ServiceBlueprint.kernel`. */
  readonly kernel?: Readonly<Record<string, KernelNeed>>;
  readonly resources?: Partial<Resources>;
  readonly published?: readonly PublishedPort[];
  /** Files rendered for it, by path below the output folder. */
  readonly files: Readonly<Record<string, string>>;
  readonly comment?: string;
  readonly surge: { readonly possible: true } | { readonly possible: false; readonly because: string };
  readonly backing: BackingFacts;
  /** Only of a gateway: how a deploy moves requests. */
  readonly gateway?: GatewayFacts;
  /** Other services that it brings along in this environment, such as a gateway's page. */
  readonly companions?: readonly Companion[];
  readonly problems?: readonly Problem[];
}

/** A service that a part brings along; described like a user's own. */
export interface Companion {
  readonly name: string;
  readonly image: { readonly plan: BuildPlan; readonly name: string };
  readonly command?: readonly string[];
  readonly port: number;
  /** Path of an HTTP probe; without one, the port must answer. */
  readonly healthPath?: string;
  /** Limits in production, for what is known to need little. */
  readonly memory?: string;
  readonly cpus?: number;
  readonly stopSignal?: string;
  readonly comment: string;
}

/** A secret that a part needs or owns. */
export interface PartSecret extends Omit<SecretUse, "exposed"> {
  readonly purpose: string;
  readonly generate: boolean;
}

/** Health of a part: the probe for people and Kubernetes, and the exec form for Docker. */
export interface PartHealth {
  readonly probe: import("../blueprint/model.ts").Probe;
  readonly test: readonly string[];
  readonly startPeriodMs: number;
  readonly livenessPath?: string;
}

/** Address that a part gives to those who use it. */
export interface Address {
  /** Variable of the whole address when the user names none: `DATABASE_URL`. */
  readonly variable: string;
  readonly scheme: string;
  readonly port: number;
  readonly user?: string;
  readonly database?: string;
  readonly passwordSecret?: string;
}

/** How a part is made. One file or folder each; registered once, in `backing/index.ts`. */
export interface PartDefinition<Options = never> {
  readonly name: string;
  readonly shape: Shape;
  describe(input: PartInput<Options>): Part;
  /** Address for those who use it; `undefined` for parts that nobody calls. */
  address(name: string, options: Options, stack: string): Address | undefined;
}
