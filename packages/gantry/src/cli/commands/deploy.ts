import { deploy, planOfDeploy } from "../../operations/deploy.ts";
import type { Invocation } from "../invocation.ts";
import { planText, shipText } from "../output/generations.ts";
import { patienceFrom, requireProduction } from "../patience.ts";
import { operationContext } from "../project.ts";
import type { Ending } from "../spec.ts";

/** `gantry deploy`: ships what changed; with --plan says what that would be. */
export async function run(call: Invocation): Promise<Ending> {
  requireProduction(call, "deploy");
  const patience = patienceFrom(call);
  const build = call.flag("no-build") ? { build: false } : {};
  const context = await operationContext(call);
  if (call.flag("plan")) {
    const plan = await planOfDeploy(context, build);
    call.result(plan, planText(plan, call.paintResult));
    return "ok";
  }
  const room = call.flag("no-room-check") ? { roomCheck: false } : {};
  const result = await deploy(context, { ...patience, ...build, ...room });
  call.result(result, shipText(result, call.paintResult));
  return "ok";
}
