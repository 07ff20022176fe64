import type { Role } from "../../blueprint/model.ts";

/** A container of the project, as far as deploys care. */
export interface Present {
  readonly id: string;
  readonly name: string;
  readonly service: string;
  /** Compose's number of it, which also ends its name. */
  readonly number: number;
  /** Id of the image that it runs. */
  readonly image: string;
  /** Name by which it was made with that image. */
  readonly reference: string;
  readonly configHash: string;
  readonly running: boolean;
  /** Only for jobs: it ended with 0. */
  readonly succeeded: boolean;
}

/** What a service should be. */
export interface Target {
  readonly service: string;
  readonly role: Role;
  readonly replicas: number;
  /** Compose's own hash of its description. */
  readonly configHash: string;
  readonly reference: string;
  /** Id of the image in the engine; `undefined` when it is not there. */
  readonly image: string | undefined;
  /** Digest in a registry, where the image came from one. */
  readonly digest?: string | undefined;
  /** Why two of it must never run at once; `undefined` when they may. */
  readonly alone: string | undefined;
  /** Requests come to it through a gateway. */
  readonly routed: boolean;
  /** A job that runs before this service. */
  readonly before: readonly string[];
  /** Longest time that stopping it may take, milliseconds. */
  readonly graceMs: number;
}

/** What happens to one service. */
export interface ServiceStep {
  readonly service: string;
  readonly role: Role;
  /** `beside`: new ones start while old ones serve. `in place`: the old stops, then the new starts. `start`, `remove`: nothing is replaced. */
  readonly how: "beside" | "in place" | "start" | "remove";
  readonly routed: boolean;
  readonly keep: readonly Present[];
  /** How many to create. */
  readonly create: number;
  readonly remove: readonly Present[];
  /** In words: `its image changed`. */
  readonly reasons: readonly string[];
  /** Why it cannot start beside the old one. */
  readonly alone: string | undefined;
  readonly graceMs: number;
}

/** All that a deploy would do. */
export interface DeployPlan {
  readonly steps: readonly ServiceStep[];
  /** One-off jobs to run first, in order. */
  readonly jobs: readonly string[];
  readonly unchanged: readonly string[];
  /** Nothing runs yet. */
  readonly first: boolean;
}

/** Where a deploy stands; written down before the next step begins. */
export type Step =
  | "begun"
  | "pinned"
  | "created"
  | "prepared"
  | "started"
  | "ready"
  | "switching"
  | "switched"
  | "replaced"
  | "drained"
  | "stopped"
  | "done";

/** What kind of change it is. */
export type ChangeKind = "deploy" | "rollback" | "scale";

/** A container, by what finds it again. */
export interface Named {
  readonly id: string;
  readonly name: string;
  readonly service: string;
}

/** A deploy that began and has not ended. */
export interface Journal {
  readonly format: 1;
  readonly kind: ChangeKind;
  readonly generation: number;
  readonly step: Step;
  readonly by: string;
  readonly host: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Ids of all containers that were there before. */
  readonly before: readonly string[];
  /** Containers of the changing services that stay. */
  readonly keep: readonly Named[];
  /** Old containers that go when all went well. */
  readonly remove: readonly Named[];
  /** Old containers that stop before their successors start. */
  readonly inPlace: readonly string[];
  /** New containers; empty until they are known. */
  readonly fresh: readonly Named[];
  /** Services that requests come to through a gateway and that change. */
  readonly routed: readonly string[];
  readonly record: GenerationRecord;
}

/** What one service was in a generation. */
export interface GenerationService {
  readonly image: string;
  readonly reference: string;
  /** Digest in a registry, where it came from one. */
  readonly digest?: string;
  readonly configHash: string;
  readonly replicas: number;
}

/** One deploy that ended, for the history and for going back to. */
export interface GenerationRecord {
  readonly format: 1;
  readonly generation: number;
  readonly kind: ChangeKind;
  /** Generation whose content this one has: of itself, or the one that was rolled back to. */
  readonly content: number;
  readonly outcome: "ok" | "failed" | "running";
  /** In a few words, when it failed or was finished by another run. */
  readonly note?: string;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly by: string;
  readonly commit?: string;
  readonly version?: string;
  readonly changed: readonly string[];
  /** How long services were away that cannot run twice, milliseconds. */
  readonly away?: Readonly<Record<string, number>>;
  readonly services: Readonly<Record<string, GenerationService>>;
  /** What tells the values of its secrets from others; absent where nobody knows them. */
  readonly secrets?: Readonly<Record<string, string>>;
}
