import { noBuild, nothing, words } from "./command-options.ts";
import type { CommandSpec } from "./spec.ts";

/** Commands that bring images and secrets to where they run. */
export const shipCommands: readonly CommandSpec[] = [
  {
    name: "secrets",
    summary: "Keep secrets encrypted beside the stack",
    details: [
      "One file per environment, secrets/ENVIRONMENT.json: names can be read, each value is encrypted with age for everybody in its list. Commit it.",
      "init makes a key for you and the file. set NAME asks for a value without showing it, or reads standard input. get NAME prints one. list says where each value comes from. import FILE takes them out of an env file. edit opens all in $EDITOR, in memory. remove NAME takes one out.",
      "rotate NAME makes a new value and redeploys what uses it; a database's own password is changed inside the server first, and old and new containers both work meanwhile.",
      "allow PERSON KEY and deny PERSON change who may read; reseal encrypts everything anew after the list was changed by hand.",
      "Your key comes from GANTRY_AGE_KEY, the file that GANTRY_AGE_KEY_FILE names, or ~/.config/gantry/age.key.",
    ],
    group: "Ship",
    arguments: [
      {
        name: "ACTION",
        summary:
          "init, list, set, get, import, edit, remove, rotate, allow, deny or reseal, and what it needs",
        required: true,
        many: true,
        complete: words(
          "init",
          "list",
          "set",
          "get",
          "import",
          "edit",
          "remove",
          "rotate",
          "allow",
          "deny",
          "reseal",
        ),
      },
    ],
    options: [
      { name: "reveal", summary: "get: print the value although standard output is no terminal" },
      { name: "yaml", summary: "init: make a YAML file, for comments" },
      { name: "stdin", summary: "rotate: ask for the new value instead of making one up" },
      { name: "no-deploy", summary: "rotate: change the value and leave what runs as it is" },
    ],
    examples: [
      { line: "gantry secrets init --env production", says: "a key and an empty file" },
      { line: "gantry secrets set SESSION_KEY --env production", says: "asks for the value" },
      {
        line: "gantry secrets rotate DB_PASSWORD --env production",
        says: "a new password, without downtime",
      },
    ],
    exits: ["invalidStack", "noEngine", "unhealthy"],
  },
  {
    name: "push",
    summary: "Push the images to the registry, under every tag they deserve",
    details: [
      "Builds, then pushes each image under all of its tags, which name one digest: sha-COMMIT always; vX.Y.Z of a release; of a branch its name and BRANCH-COMMIT; latest on the main branch only; of a pull request pr-N. They come from Git, or in CI from the variables of GitHub and GitLab.",
      "Where the stack asks for several platforms, a bill of materials or provenance, the builder pushes by itself. Log in with docker login first.",
    ],
    group: "Ship",
    arguments: [
      {
        name: "IMAGE",
        summary: "Only these images; every one that a service runs without it",
        many: true,
        complete: { kind: "images" },
      },
    ],
    options: [
      {
        name: "registry",
        value: { name: "PREFIX", complete: nothing },
        summary: "Registry and path, such as ghcr.io/acme; the stack's own without it",
      },
      {
        name: "tag",
        value: { name: "TAG", complete: nothing },
        repeat: true,
        summary: "This tag instead of those that Git gives",
      },
      {
        name: "platform",
        value: { name: "PLATFORM", complete: words("linux/amd64", "linux/arm64") },
        repeat: true,
        summary: "Build for this platform too, such as linux/arm64; the stack's own without it",
      },
      noBuild,
    ],
    examples: [
      { line: "gantry push --env production", says: "all images, named after the commit" },
      { line: "gantry push api --env production --tag try-1", says: "one image under a name of your own" },
    ],
    stopping: "Stopping; what was pushed stays.",
    exits: ["invalidStack", "noEngine", "buildFailed"],
  },
  {
    name: "prune",
    summary: "Remove old images, generations and build cache",
    details: [
      "Keeps the newest images of each name, and everything that runs, is deployed, or is kept for rollback. In the registry it walks from each index to its platforms, attestations and signatures, and removes an image with all of them. Without --yes it only says what would go, and why the rest stays.",
      "registry works with every registry that has the distribution API and allows deleting, and with ghcr.io through GitHub's packages (GITHUB_TOKEN). A registry frees its disk when its own garbage collection runs.",
    ],
    group: "Ship",
    arguments: [
      {
        name: "WHAT",
        summary: "registry, images, generations, cache; all without it",
        many: true,
        complete: words("registry", "images", "generations", "cache"),
      },
    ],
    options: [
      { name: "yes", short: "y", summary: "Remove; without it nothing is touched" },
      {
        name: "keep",
        value: { name: "N", complete: nothing, type: "count" },
        summary: "Newest images to keep, of each name; 10 without it",
      },
      {
        name: "keep-tag",
        value: { name: "PATTERN", complete: nothing },
        repeat: true,
        summary: "Keep these tags too, such as v*; latest and buildcache always stay",
      },
      {
        name: "cache",
        value: { name: "SIZE", complete: nothing },
        summary: "Build cache to leave; 5g without it",
      },
      {
        name: "registry",
        value: { name: "PREFIX", complete: nothing },
        summary: "Registry and path, such as ghcr.io/acme; the stack's own without it",
      },
    ],
    examples: [
      { line: "gantry prune --env production", says: "what would go" },
      {
        line: "gantry prune registry --keep 20 --keep-tag 'v*' --yes",
        says: "keep 20 images and all releases",
      },
    ],
    stopping: "Stopping; what is removed by now stays removed.",
    exits: ["invalidStack", "noEngine"],
  },
];
