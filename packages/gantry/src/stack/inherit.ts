import type { BuildPlan, ImageTraits } from "../blueprint/plan.ts";

/**
 * Plans of the user's own Dockerfiles with what they have from the images of the stack that they stand on: its user,
 * its programs and its probe are still there.
 */
export function withInherited(plans: ReadonlyMap<string, BuildPlan>): ReadonlyMap<string, BuildPlan> {
  const done = new Map<string, BuildPlan>();
  const complete = (name: string, above: readonly string[]): BuildPlan | undefined => {
    const plan = plans.get(name);
    const base = plan?.dockerfile?.base;
    if (done.has(name) || plan === undefined || base === undefined || above.includes(name))
      return done.get(name) ?? plan;
    const below = complete(base.image, [...above, name]);
    const full = below === undefined ? plan : { ...plan, image: inherited(plan, below.image) };
    done.set(name, full);
    return full;
  };
  return new Map([...plans].map(([name, plan]) => [name, complete(name, []) ?? plan]));
}

function inherited(plan: BuildPlan, below: ImageTraits): ImageTraits {
  const base = plan.dockerfile?.base;
  const named = base?.userName;
  // By a name that the base does not know, or by a number: it may be anybody.
  const otherUser =
    named !== undefined &&
    named !== below.userName &&
    named !== String(below.user.uid) &&
    named !== `${below.user.uid}:${below.user.gid}`;
  const kept = (base?.keeps ?? []).filter(
    (trait) => below[trait] !== undefined && !(otherUser && (trait === "user" || trait === "userName")),
  );
  return { ...plan.image, ...Object.fromEntries(kept.map((trait) => [trait, below[trait]])) };
}
