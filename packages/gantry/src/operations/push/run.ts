import { join } from "node:path";
import { GantryError } from "../../base/errors.ts";
import { imageReference } from "../../blueprint/helpers.ts";
import type { Blueprint, ImageBlueprint } from "../../blueprint/model.ts";
import { problems } from "../../engine/catalogue.ts";
import { readCheckout, readGithubEvent } from "../../engine/checkout.ts";
import { tagImage } from "../../engine/deploying.ts";
import { takeLock } from "../../engine/lock.ts";
import { withoutDocker } from "../../engine/plugins.ts";
import { type Command, runCommand } from "../../engine/process.ts";
import { registryProblems } from "../../engine/registry/problems.ts";
import { explainText } from "../../engine/translate.ts";
import { targetName } from "../../render/bake.ts";
import { buildImages, buildVariables } from "../build.ts";
import type { OperationContext } from "../context.ts";
import { destinationOf } from "../destination.ts";
import { requireBuilt } from "../pull.ts";
import { bakeFile, writeRendered } from "../rendered.ts";
import { operate, type Session, stateOf } from "../session.ts";
import { isTag, sourceOf, tagsOf } from "./tags.ts";

/** What `gantry push` may be told. */
export interface PushOptions {
  /** Images to push; all of the environment when absent. */
  readonly images?: readonly string[];
  /** Prefix such as `ghcr.io/acme`; the stack's own when absent. */
  readonly registry?: string;
  /** Tags instead of those that Git gives. */
  readonly tags?: readonly string[];
  /** Platforms such as `linux/arm64`; the stack's own when absent. */
  readonly platforms?: readonly string[];
  /** Build first; true when absent. */
  readonly build?: boolean;
}

/** One image in the registry. */
export interface PushedImage {
  readonly name: string;
  /** Without tag. */
  readonly repository: string;
  readonly tags: readonly string[];
  /** `sha256:…`, the same for all tags. */
  readonly digest: string;
}

/** What `gantry push` did. */
export interface PushResult {
  readonly images: readonly PushedImage[];
}

/** Builds and pushes the images of an environment under every tag that the sources call for. */
export async function push(context: OperationContext, options: PushOptions = {}): Promise<PushResult> {
  return operate(
    context,
    { id: "push", title: `push ${context.project.name}` },
    (session) => pushImages(session, options),
    ({ images }) => ({ outcome: "ok", state: `${images.length} pushed` }),
  );
}

async function pushImages(session: Session, options: PushOptions): Promise<PushResult> {
  const { blueprint, context } = session;
  const registry = (await destinationOf(session, options)).registry ?? blueprint.registry.prefix;
  if (registry === "") throw new GantryError(registryProblems.noRegistry(), { exit: "usage" });
  const tags = options.tags ?? (await tagsHere(session));
  const bad = tags.filter((tag) => !isTag(tag));
  if (bad.length > 0)
    throw new GantryError(
      bad.map((tag) => registryProblems.badTag(tag)),
      { exit: "usage" },
    );
  const images = chosen(blueprint, options.images);
  await using _lock = await takeLock(join(stateOf(context), "push.lock"), "the registry", "gantry push", {
    signal: context.signal,
  });
  const wanted = { images, registry, tags };
  const { build } = blueprint;
  const platforms = options.platforms ?? (blueprint.environment === "production" ? build.platforms : []);
  const attested = blueprint.environment === "production" && (build.sbom || build.provenance);
  return platforms.length > 0 || attested
    ? pushFromBuilder(session, wanted, platforms, attested)
    : pushFromEngine(session, wanted, options.build !== false);
}

/** What is to be pushed where. */
interface Wanted {
  readonly images: readonly ImageBlueprint[];
  readonly registry: string;
  readonly tags: readonly string[];
}

async function tagsHere({ context, signal }: Session): Promise<readonly string[]> {
  const checkout = await readCheckout(context.project.root, signal);
  if (checkout?.dirty === true) throw new GantryError(registryProblems.dirty());
  const source = sourceOf(checkout, process.env, await readGithubEvent(process.env));
  if (source === undefined) throw new GantryError(registryProblems.noCommit());
  return tagsOf(source);
}

function chosen(blueprint: Blueprint, names: readonly string[] | undefined): readonly ImageBlueprint[] {
  const known = Object.keys(blueprint.images);
  const unknown = (names ?? []).filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new GantryError(
      unknown.map((name) => problems.unknownImage(name, known)),
      { exit: "usage" },
    );
  // Images that only others are built on are no product.
  const run = new Set(
    Object.values(blueprint.services).flatMap(({ image }) => (image.kind === "built" ? [image.image] : [])),
  );
  return Object.values(blueprint.images).filter(({ name }) =>
    names === undefined ? run.has(name) : names.includes(name),
  );
}

/** One platform, no attestations: what runs here is what is pushed. */
async function pushFromEngine(session: Session, wanted: Wanted, build: boolean): Promise<PushResult> {
  const { engine, blueprint, signal } = session;
  const names = wanted.images.map(({ name }) => name);
  if (build) await buildImages(session, { images: names });
  else {
    await writeRendered(session.context.project);
    await requireBuilt(session, names);
  }
  const own = await destinationOf(session);
  const pushed: PushedImage[] = [];
  for (const image of wanted.images) {
    const task = session.part("image", `push:${image.name}`, `${wanted.registry}/${image.repository}`);
    const local = imageReference(blueprint, image.name, own.tag, own.registry);
    const repository = `${wanted.registry}/${image.repository}`;
    const digests = new Map<string, string>();
    for (const tag of wanted.tags) {
      task.progress(`pushing ${tag}`);
      await tagImage(engine, local, `${repository}:${tag}`, signal);
      digests.set(tag, await pushOne(session, `${repository}:${tag}`));
    }
    const distinct = [...new Set(digests.values())];
    if (distinct.length !== 1) throw new GantryError(registryProblems.digestsDiffer(image.name, distinct));
    task.finish("ok", wanted.tags.join(", "));
    pushed.push({ name: image.name, repository, tags: wanted.tags, digest: distinct[0] as string });
  }
  return { images: pushed };
}

async function pushOne(session: Session, reference: string): Promise<string> {
  const { exitCode, stdout, stderr } = await runCommand(
    { program: "docker", args: ["push", reference] },
    { signal: session.signal },
  );
  const digest = /digest: (sha256:[0-9a-f]{64})/.exec(stdout)?.[1];
  if (exitCode === 0 && digest !== undefined) return digest;
  throw await failure(session, reference, `${stdout}\n${stderr}`);
}

/** Several platforms, or attestations: the builder pushes by itself, all tags at once. */
async function pushFromBuilder(
  session: Session,
  wanted: Wanted,
  platforms: readonly string[],
  attested: boolean,
): Promise<PushResult> {
  const { blueprint, context, signal } = session;
  await writeRendered(context.project);
  const metadata = join(stateOf(context), "run", `push-${process.pid}.json`);
  const command = bakePushCommand({
    file: bakeFile(context.project, blueprint),
    folder: context.project.root,
    metadata,
    platforms,
    targets: wanted.images.map((image) => ({
      target: targetName(image.name, blueprint.environment),
      references: wanted.tags.map((tag) => `${wanted.registry}/${image.repository}:${tag}`),
    })),
    variables: { ...(await buildVariables(session, { registry: wanted.registry })) },
  });
  session.task.progress(`building for ${platforms.length === 0 ? "this platform" : platforms.join(", ")}`);
  const { mkdir, readFile, rm } = await import("node:fs/promises");
  await mkdir(join(stateOf(context), "run"), { recursive: true });
  try {
    const { exitCode, stdout, stderr } = await runCommand(withoutDocker(command), {
      signal,
      onLine: (line) => session.task.log(line.text, line.stream),
    });
    const text = `${stdout}\n${stderr}`;
    if (exitCode !== 0) {
      if (/not supported for the docker driver|docker exporter does not (currently )?support/i.test(text))
        throw new GantryError(
          registryProblems.cannotAttest(
            platforms.length > 0
              ? `an image for ${platforms.join(" and ")}`
              : attested
                ? "attestations"
                : "it",
          ),
          { exit: "buildFailed" },
        );
      throw await failure(session, wanted.registry, text);
    }
    const made = JSON.parse(await readFile(metadata, "utf8")) as Record<string, Record<string, unknown>>;
    return {
      images: wanted.images.map((image) => ({
        name: image.name,
        repository: `${wanted.registry}/${image.repository}`,
        tags: wanted.tags,
        digest: String(made[targetName(image.name, blueprint.environment)]?.["containerimage.digest"] ?? ""),
      })),
    };
  } finally {
    await rm(metadata, { force: true });
  }
}

/** What the builder is asked for. */
export interface BakePush {
  readonly file: string;
  readonly folder: string;
  /** File that the digests are written to. */
  readonly metadata: string;
  readonly platforms: readonly string[];
  readonly targets: readonly { readonly target: string; readonly references: readonly string[] }[];
  readonly variables: Readonly<Record<string, string>>;
}

/** `docker buildx bake` that pushes every target under all of its tags. */
export function bakePushCommand(push: BakePush): Command {
  const set = (target: string, field: string, value: string): readonly string[] => [
    "--set",
    `${target}.${field}=${value}`,
  ];
  return {
    program: "docker",
    args: [
      "buildx",
      "bake",
      "--progress=plain",
      "--push",
      "--metadata-file",
      push.metadata,
      "--file",
      push.file,
      ...push.targets.flatMap(({ target, references }) => [
        ...references.flatMap((reference) => set(target, "tags", reference)),
        ...(push.platforms.length === 0 ? [] : set(target, "platform", push.platforms.join(","))),
      ]),
      ...push.targets.map(({ target }) => target),
    ],
    cwd: push.folder,
    environment: { ...push.variables, BUILDX_NO_DEFAULT_ATTESTATIONS: "1", DOCKER_CLI_HINTS: "false" },
  };
}

async function failure(session: Session, reference: string, text: string): Promise<GantryError> {
  const printed = text
    .trim()
    .split("\n")
    .filter((line) => line.trim() !== "");
  const host = reference.split("/")[0] ?? reference;
  const repository = reference.slice(host.length + 1);
  const reason =
    printed.findLast((line) => /error|denied|unauthorized|refused/i.test(line)) ?? printed.at(-1) ?? "";
  if (/unauthorized|denied|no basic auth|authentication required|forbidden/i.test(text))
    return new GantryError(registryProblems.denied(host, repository, "push", reason));
  if (/toomanyrequests|too many requests|429/i.test(text))
    return new GantryError(
      registryProblems.throttled(host, Number(/retry.after\D*(\d+)/i.exec(text)?.[1] ?? 60)),
    );
  if (/connection refused|no such host|i\/o timeout|EOF|server gave HTTP response/i.test(text))
    return new GantryError(registryProblems.unreachable(host, reason));
  const known = await explainText(text, { engine: session.engine });
  return known === undefined
    ? new GantryError(registryProblems.pushFailed(reference, reason, printed.slice(-10)))
    : new GantryError(known.problem, { exit: known.exit });
}
