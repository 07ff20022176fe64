// What other tools check, as of November 2026: their numbers come from their own lists of rules. docs/checks.md is made
// from this and from the rules' aliases; every number has to be in one of both, and not in both.

/** Checks of another tool that none of our rules has, and why. */
export interface LeftOut {
  readonly ids: readonly string[];
  readonly why: string;
}

/** Another tool. */
export interface OtherTool {
  readonly name: string;
  /** Where its list of checks stands. */
  readonly list: string;
  readonly ids: readonly string[];
  readonly leftOut: readonly LeftOut[];
}

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** By the name that aliases use. */
export const otherTools: Readonly<Record<string, OtherTool>> = {
  hadolint: {
    name: "hadolint",
    list: "https://github.com/hadolint/hadolint#rules",
    ids: words(`
      DL1001 DL3000 DL3001 DL3002 DL3003 DL3004 DL3006 DL3007 DL3008 DL3009 DL3010 DL3011 DL3012 DL3013 DL3014 DL3015
      DL3016 DL3018 DL3019 DL3020 DL3021 DL3022 DL3023 DL3024 DL3025 DL3026 DL3027 DL3028 DL3029 DL3030 DL3032 DL3033
      DL3034 DL3035 DL3036 DL3037 DL3038 DL3040 DL3041 DL3042 DL3043 DL3044 DL3045 DL3046 DL3047 DL3048 DL3049 DL3050
      DL3051 DL3052 DL3053 DL3054 DL3055 DL3056 DL3057 DL3058 DL3059 DL3060 DL3061 DL3062 DL3063 DL3064 DL3065 DL3066
      DL3067 DL4000 DL4001 DL4003 DL4004 DL4005 DL4006`),
    leftOut: [
      {
        ids: words("DL3008 DL3013 DL3016 DL3018 DL3028 DL3033 DL3037 DL3041 DL3062"),
        why: "Pinned versions of system packages break the build as soon as the distribution replaces them; the base image's tag or digest, and the lock file of the language, pin what can be pinned. These are the rules that teams switch off first.",
      },
      {
        ids: words("DL3061"),
        why: "The build refuses such a file itself; GX013 says so with the line.",
      },
      {
        ids: words("DL3048 DL3049 DL3050 DL3051 DL3052 DL3053 DL3054 DL3055 DL3056 DL3058"),
        why: "Labels are a team's own convention: nothing breaks, leaks or is lost.",
      },
      {
        ids: words("DL3057"),
        why: "A health check belongs to a service, not to its image; Compose and Kubernetes rules ask where one is missed (GX003, GK rules), and for the right one (GX001, GX002).",
      },
      {
        ids: words("DL3059"),
        why: "Several RUN cost nothing that can be measured, and cache better.",
      },
      {
        ids: words("DL3029 DL3065"),
        why: "A platform in FROM is how cross-compiling works; a redundant one does no harm.",
      },
      { ids: words("DL3010 DL3047 DL4001 DL3035 DL4005"), why: "Taste: the result is the same." },
      {
        ids: words("DL3001"),
        why: "The names say nothing about what they do in a build; the cases that have no effect are GD021.",
      },
      {
        ids: words("DL3026"),
        why: "Which registries are allowed is a team's own policy, for the registry or the engine to hold.",
      },
      {
        ids: words("DL3044"),
        why: "It refers to the value from before, which is what PATH=/x:$PATH means; GD rules report variables that have no value at all.",
      },
      { ids: words("DL3045"), why: "Without WORKDIR the folder is /, which is written nowhere but certain." },
      {
        ids: words("DL3046"),
        why: "Only user numbers of many digits cost anything; the image audit shows the bytes and what wrote them (GI rules).",
      },
      {
        ids: words("DL3060"),
        why: "Yarn's cache lies in the layer only when no cache mount is used; GI and GD rules measure what is really kept.",
      },
      { ids: words("DL3066"), why: "Part of GD029, which asks for a number where Kubernetes needs one." },
      { ids: words("DL3067"), why: "Copying a whole file system is how images are squashed on purpose." },
      { ids: words("DL1001"), why: "Suppressions are honoured; ours need a reason, which this wanted." },
    ],
  },
  buildkit: {
    name: "BuildKit (docker build --check)",
    list: "https://docs.docker.com/reference/build-checks/",
    ids: words(`
      StageNameCasing FromAsCasing NoEmptyContinuation ConsistentInstructionCasing DuplicateStageName ReservedStageName
      JSONArgsRecommended MaintainerDeprecated UndefinedArgInFrom WorkdirRelativePath UndefinedVar
      MultipleInstructionsDisallowed LegacyKeyValueFormat InvalidBaseImagePlatform RedundantTargetPlatform
      SecretsUsedInArgOrEnv InvalidDefaultArgInFrom FromPlatformFlagConstDisallowed CopyIgnoredFile
      InvalidDefinitionDescription ExposeProtoCasing ExposeInvalidFormat`),
    leftOut: [
      {
        ids: words(
          "StageNameCasing ConsistentInstructionCasing ExposeProtoCasing InvalidDefinitionDescription",
        ),
        why: "Taste: the result is the same.",
      },
      { ids: words("NoEmptyContinuation"), why: "Every builder still accepts it, and says so itself." },
      { ids: words("InvalidBaseImagePlatform"), why: "Needs the registry; a check of ours asks no network." },
      {
        ids: words("RedundantTargetPlatform FromPlatformFlagConstDisallowed"),
        why: "A constant platform is how cross-compiling and emulation are asked for; a redundant one does no harm.",
      },
    ],
  },
  dockle: {
    name: "dockle",
    list: "https://github.com/goodwithtech/dockle/blob/master/CHECKPOINT.md",
    ids: words(`
      CIS-DI-0001 CIS-DI-0005 CIS-DI-0006 CIS-DI-0007 CIS-DI-0008 CIS-DI-0009 CIS-DI-0010 DKL-DI-0001 DKL-DI-0002
      DKL-DI-0003 DKL-DI-0004 DKL-DI-0005 DKL-DI-0006 DKL-LI-0001 DKL-LI-0002 DKL-LI-0003`),
    leftOut: [
      {
        ids: words("CIS-DI-0005"),
        why: "Content trust is a setting of the machine that pulls, not of an image.",
      },
      {
        ids: words("CIS-DI-0006"),
        why: "A health check belongs to a service, not to its image (see DL3057).",
      },
      {
        ids: words("DKL-DI-0001"),
        why: "sudo in a Dockerfile is GD rules' matter; in an image it is one more set-uid file (GI rules).",
      },
      {
        ids: words("DKL-DI-0002"),
        why: "A mount of /proc or /dev cannot be written in an image; for services it is GC's matter.",
      },
      { ids: words("DKL-DI-0003"), why: "Taste: apt-get upgrade is a way to get security fixes." },
      { ids: words("DKL-LI-0002"), why: "Two names for one number are common (toor), and nothing fails." },
    ],
  },
  dclint: {
    name: "dclint",
    list: "https://github.com/zavoloklom/docker-compose-linter/tree/main/docs/rules",
    ids: words(`
      no-build-and-image no-duplicate-container-names no-duplicate-exported-ports no-quotes-in-volumes
      no-unbound-port-interfaces no-version-field require-project-name-field require-quotes-in-ports
      service-container-name-regex service-dependencies-alphabetical-order service-image-require-explicit-tag
      service-keys-order service-ports-alphabetical-order services-alphabetical-order top-level-properties-order`),
    leftOut: [
      {
        ids: words(
          "service-dependencies-alphabetical-order service-keys-order service-ports-alphabetical-order services-alphabetical-order top-level-properties-order no-quotes-in-volumes",
        ),
        why: "Layout, for a formatter.",
      },
      { ids: words("no-build-and-image"), why: "Both together are right: image names what build makes." },
      {
        ids: words("require-project-name-field"),
        why: "The folder's name is a fine default, and a fixed name keeps two copies from running side by side.",
      },
      {
        ids: words("require-quotes-in-ports"),
        why: "Compose's YAML reader knows no numbers in base 60: 22:22 is text there.",
      },
      { ids: words("service-container-name-regex"), why: "The engine refuses such a name itself." },
    ],
  },
  trivy: {
    name: "trivy (Dockerfile)",
    list: "https://github.com/aquasecurity/trivy-checks/tree/main/checks/docker",
    ids: words(`
      DS-0001 DS-0002 DS-0004 DS-0005 DS-0006 DS-0007 DS-0008 DS-0009 DS-0010 DS-0011 DS-0012 DS-0013 DS-0014 DS-0015
      DS-0016 DS-0017 DS-0019 DS-0020 DS-0021 DS-0022 DS-0023 DS-0024 DS-0025 DS-0026 DS-0027 DS-0029 DS-0030 DS-0031`),
    leftOut: [
      {
        ids: words("DS-0004"),
        why: "EXPOSE opens nothing, and an SSH server in an image is there on purpose.",
      },
      { ids: words("DS-0011"), why: "The build refuses such a file itself; GX013 says so with the line." },
      { ids: words("DS-0014 DS-0024"), why: "Taste: the result is the same, or newer packages." },
      { ids: words("DS-0026"), why: "A health check belongs to a service, not to its image (see DL3057)." },
      { ids: words("DS-0027"), why: "Is part of GD042, which knows microdnf too." },
      {
        ids: words("DS-0030"),
        why: "A working folder in /proc or /dev is nothing that people write by mistake.",
      },
    ],
  },
  "kube-linter": {
    name: "kube-linter",
    list: "https://github.com/stackrox/kube-linter/blob/main/docs/generated/checks.md",
    ids: words(`
      access-to-create-pods access-to-secrets cluster-admin-role-binding dangling-horizontalpodautoscaler dangling-ingress
      dangling-networkpolicy dangling-networkpolicypeer-podselector dangling-service dangling-servicemonitor
      default-service-account deprecated-service-account-field dnsconfig-options docker-sock drop-net-raw-capability
      duplicate-env-var env-value-from env-var-secret exposed-services host-ipc host-network host-pid
      hpa-minimum-three-replicas invalid-target-ports job-ttl-seconds-after-finished latest-tag liveness-port
      minimum-three-replicas mismatching-selector no-anti-affinity no-extensions-v1beta no-liveness-probe
      no-node-affinity no-read-only-root-fs no-readiness-probe no-rolling-update-strategy non-existent-service-account
      non-isolated-pod pdb-max-unavailable pdb-min-available pdb-unhealthy-pod-eviction-policy priority-class-name
      privilege-escalation-container privileged-container privileged-ports read-secret-from-env-var readiness-port
      required-annotation-email required-label-owner restart-policy run-as-non-root scc-deny-privileged-container
      schema-validation sensitive-host-mounts sorted-keys ssh-port startup-port unsafe-proc-mount unsafe-sysctls
      unset-cpu-requirements unset-memory-requirements use-namespace wildcard-in-rules writable-host-mount`),
    leftOut: [
      {
        ids: words(
          "required-annotation-email required-label-owner sorted-keys priority-class-name dnsconfig-options use-namespace job-ttl-seconds-after-finished",
        ),
        why: "A team's own convention.",
      },
      {
        ids: words(
          "access-to-create-pods access-to-secrets cluster-admin-role-binding wildcard-in-rules default-service-account deprecated-service-account-field non-existent-service-account scc-deny-privileged-container",
        ),
        why: "Rights of a cluster's users, not of an application's containers: the cluster's own policy knows which are meant.",
      },
      {
        ids: words(
          "minimum-three-replicas hpa-minimum-three-replicas no-anti-affinity no-node-affinity no-rolling-update-strategy pdb-unhealthy-pod-eviction-policy",
        ),
        why: "How much availability is worth is for the team to say; the defaults roll.",
      },
      {
        ids: words("no-liveness-probe"),
        why: "A liveness probe that nobody needs restarts what is only slow; readiness is asked for (GK rules).",
      },
      {
        ids: words("unset-cpu-requirements"),
        why: "A limit on CPU slows down and protects nobody; memory is what kills (GK rules).",
      },
      {
        ids: words("read-secret-from-env-var"),
        why: "Most images read their secrets from there and from nowhere else.",
      },
      {
        ids: words("no-read-only-root-fs"),
        why: "Breaks what writes; Gantry renders it where it is known to work.",
      },
      {
        ids: words(
          "privileged-ports ssh-port exposed-services restart-policy unsafe-proc-mount unsafe-sysctls",
        ),
        why: "Written by those who need it; the cluster refuses what it does not allow.",
      },
      {
        ids: words(
          "dangling-horizontalpodautoscaler dangling-networkpolicy dangling-networkpolicypeer-podselector dangling-servicemonitor non-isolated-pod",
        ),
        why: "What they point to often comes from another repository; reported here are services and ingresses, where both ends are in the files.",
      },
      {
        ids: words("invalid-target-ports"),
        why: "Is GK's rule about the port that a Service sends to, which also looks whether a container listens there.",
      },
      {
        ids: words("schema-validation"),
        why: "Needs schemas of the cluster's version; kubectl apply --dry-run=server has them.",
      },
    ],
  },
};
