import type { EventSink } from "../base/events.ts";
import type { Blueprint } from "../blueprint/model.ts";
import type { EnvironmentName } from "../blueprint/plan.ts";

/** A stack that was loaded and validated, and can be resolved for any environment. */
export interface Project {
  /** Absolute folder that holds the stack's file; all paths of blueprints are relative to it. */
  readonly root: string;
  /** The stack's file, relative to `root`. */
  readonly source: string;
  readonly name: string;
  /** The blueprint of one environment; the same object each time. */
  blueprint(environment: EnvironmentName): Blueprint;
  /** All rendered files of all environments: path relative to `root`, to content. */
  files(): ReadonlyMap<string, string>;
}

/** What every operation gets beside its own options. */
export interface OperationContext {
  readonly project: Project;
  readonly environment: EnvironmentName;
  /** Takes the events of the operation; reporters print them. */
  readonly emit: EventSink;
  /** Aborted by Ctrl-C: operations stop, clean up what they began, and reject with exit `interrupted`. */
  readonly signal: AbortSignal;
}
