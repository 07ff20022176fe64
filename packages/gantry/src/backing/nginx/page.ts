import type { BuildPlan, EnvironmentName, SiteTraits } from "../../blueprint/plan.ts";
import type { Companion } from "../types.ts";

/**
 * The page is a service of its own: a changed page is deployed beside the old one like any other service, and the gateway,
 * which owns the host's port and cannot run twice, stays.
 */
export function pageOf(
  name: string,
  plan: BuildPlan,
  traits: SiteTraits,
  environment: EnvironmentName,
): Companion {
  if (environment === "dev")
    return {
      name,
      image: { name, plan: { ...plan, image: traits.devImage } },
      command: traits.devCommand,
      port: traits.devPort,
      comment: "The page's own server with hot reload; in production the built files.",
    };
  return {
    name,
    // Tests run against the page as it is served, not in the stage for the page's own tests.
    image: { name, plan: { ...plan, targets: { ...plan.targets, test: plan.targets.production } } },
    port: traits.port,
    healthPath: traits.healthPath,
    // A handful of files from the page cache: 64 MB is four times what nginx was seen to use.
    memory: "64m",
    cpus: 0.5,
    // nginx ends the requests in flight at SIGQUIT, and cuts them at SIGTERM.
    stopSignal: "SIGQUIT",
    comment:
      "The page: built files behind a web server of their own, so that a new page replaces the old without a gap.",
  };
}
