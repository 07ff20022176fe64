import type { Step } from "../../../blueprint/plan.ts";
import { extraCaMount, trustExtraCa } from "../../common.ts";
import { npm } from "./npm.ts";

/** A manager from the registry, by the npm of the image. */
export const installGlobally = (what: string, comment: string, before: readonly string[] = []): Step => ({
  kind: "run",
  comment,
  mounts: [npm.cache, extraCaMount],
  script: [trustExtraCa("NODE_EXTRA_CA_CERTS"), ...before, `npm install --global ${what}`],
});
