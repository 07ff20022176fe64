import type { Rule } from "../types.ts";
import { addOfLocalFile } from "./add-of-local-file.ts";
import { apiVersionRemoved } from "./api-version-removed.ts";
import { apkIndexKept } from "./apk-index-kept.ts";
import { aptCacheMountShared } from "./apt-cache-mount-shared.ts";
import { aptCommand } from "./apt-command.ts";
import { aptIndexKept } from "./apt-index-kept.ts";
import { aptIndexMissing } from "./apt-index-missing.ts";
import { aptUpdateAlone } from "./apt-update-alone.ts";
import { argumentOutOfScope } from "./argument-out-of-scope.ts";
import { autoscalerFightsReplicas } from "./autoscaler-fights-replicas.ts";
import { baseBuiltBeside } from "./base-built-beside.ts";
import { baseWithoutVersion } from "./base-without-version.ts";
import { binaryNeedsOtherLibc } from "./binary-needs-other-libc.ts";
import { buildArgumentUndeclared } from "./build-argument-undeclared.ts";
import { buildCacheOverwritten } from "./build-cache-overwritten.ts";
import { buildSecretMissing } from "./build-secret-missing.ts";
import { buildTargetMissing } from "./build-target-missing.ts";
import { cacheMountDefeated } from "./cache-mount-defeated.ts";
import { cacheMountNotWritable } from "./cache-mount-not-writable.ts";
import { capabilitiesMissing } from "./capabilities-missing.ts";
import { capabilityTooStrong } from "./capability-too-strong.ts";
import { chownCopiesFiles } from "./chown-copies-files.ts";
import { chownUserMissing } from "./chown-user-missing.ts";
import { claimSharedByReplicas } from "./claim-shared-by-replicas.ts";
import { commandInShellForm } from "./command-in-shell-form.ts";
import { commandNeverUsed } from "./command-never-used.ts";
import { commandProgramMissing } from "./command-program-missing.ts";
import { configKeyMissing } from "./config-key-missing.ts";
import { containerNameTaken } from "./container-name-taken.ts";
import { containerNameWithReplicas } from "./container-name-with-replicas.ts";
import { containerNotConfined } from "./container-not-confined.ts";
import { contextCopiedUnfiltered } from "./context-copied-unfiltered.ts";
import { copiedFileMissing } from "./copied-file-missing.ts";
import { copiedFilesOverwrite } from "./copied-files-overwrite.ts";
import { copySourceIgnored } from "./copy-source-ignored.ts";
import { copyStageMissing } from "./copy-stage-missing.ts";
import { credentialsDisagree } from "./credentials-disagree.ts";
import { dataPathMoved } from "./data-path-moved.ts";
import { dataVolumeMisplaced } from "./data-volume-misplaced.ts";
import { dataVolumeShared } from "./data-volume-shared.ts";
import { databaseKilled } from "./database-killed.ts";
import { databasePortPublic } from "./database-port-public.ts";
import { databaseVersionFloating } from "./database-version-floating.ts";
import { databaseWithoutClaim } from "./database-without-claim.ts";
import { databaseWithoutVolume } from "./database-without-volume.ts";
import { dependenciesAfterSource } from "./dependencies-after-source.ts";
import { dependencyBehindProfile } from "./dependency-behind-profile.ts";
import { dependencyCycle } from "./dependency-cycle.ts";
import { directiveNotAtTop } from "./directive-not-at-top.ts";
import { disruptionNeverAllowed } from "./disruption-never-allowed.ts";
import { dnfCacheKept } from "./dnf-cache-kept.ts";
import { dockerSocketMounted } from "./docker-socket-mounted.ts";
import { dockerfileMissing } from "./dockerfile-missing.ts";
import { downloadUnverified } from "./download-unverified.ts";
import { effectDoesNotLast } from "./effect-does-not-last.ts";
import { entrypointIgnoresCommand } from "./entrypoint-ignores-command.ts";
import { envFileMissing } from "./env-file-missing.ts";
import { equalsSignInValue } from "./equals-sign-in-value.ts";
import { execFormVariable } from "./exec-form-variable.ts";
import { exposeInvalid } from "./expose-invalid.ts";
import { exposeMapsPort } from "./expose-maps-port.ts";
import { fromArgumentUndeclared } from "./from-argument-undeclared.ts";
import { fromArgumentWithoutValue } from "./from-argument-without-value.ts";
import { fromCasingMixed } from "./from-casing-mixed.ts";
import { healthyConditionWithoutProbe } from "./healthy-condition-without-probe.ts";
import { heredocHidesFailure } from "./heredoc-hides-failure.ts";
import { hostFolderWritable } from "./host-folder-writable.ts";
import { hostNamespaceShared } from "./host-namespace-shared.ts";
import { hostPortTaken } from "./host-port-taken.ts";
import { hostWithoutService } from "./host-without-service.ts";
import { imageAccountWithoutPassword } from "./image-account-without-password.ts";
import { imageBuiltRepeatedly } from "./image-built-repeatedly.ts";
import { imageDiffersFromDockerfile } from "./image-differs-from-dockerfile.ts";
import { imageHoldsRepository } from "./image-holds-repository.ts";
import { imageHoldsSecret } from "./image-holds-secret.ts";
import { imageHoldsSecretFile } from "./image-holds-secret-file.ts";
import { imageInheritsHttpProbe } from "./image-inherits-http-probe.ts";
import { imageKeepsBuildTools } from "./image-keeps-build-tools.ts";
import { imageKeepsCaches } from "./image-keeps-caches.ts";
import { imageKeepsPackageManager } from "./image-keeps-package-manager.ts";
import { imageLayersInefficient } from "./image-layers-inefficient.ts";
import { imageOverBudget } from "./image-over-budget.ts";
import { imageRunsAsRoot } from "./image-runs-as-root.ts";
import { imageSetUidFiles } from "./image-set-uid-files.ts";
import { imageSettingsHoldSecret } from "./image-settings-hold-secret.ts";
import { imageTagMoves } from "./image-tag-moves.ts";
import { imageWastesBytes } from "./image-wastes-bytes.ts";
import { ingressBackendMissing } from "./ingress-backend-missing.ts";
import { installAsks } from "./install-asks.ts";
import { installWithoutRoot } from "./install-without-root.ts";
import { instructionOverridden } from "./instruction-overridden.ts";
import { jobRestartsForever } from "./job-restarts-forever.ts";
import { jsonFormBroken } from "./json-form-broken.ts";
import { legacyKeyValue } from "./legacy-key-value.ts";
import { listensOnLoopback } from "./listens-on-loopback.ts";
import { localeWithoutEffect } from "./locale-without-effect.ts";
import { localhostIsTheContainer } from "./localhost-is-the-container.ts";
import { logsNeverRotated } from "./logs-never-rotated.ts";
import { maintainerInstruction } from "./maintainer-instruction.ts";
import { memoryLimitBelowSettings } from "./memory-limit-below-settings.ts";
import { memoryLimitMissing } from "./memory-limit-missing.ts";
import { migrationsRunTwice } from "./migrations-run-twice.ts";
import { mountHidesBuild } from "./mount-hides-build.ts";
import { mountReplaced } from "./mount-replaced.ts";
import { mountedFileMissing } from "./mounted-file-missing.ts";
import { mountedVolumeUndefined } from "./mounted-volume-undefined.ts";
import { networkModeConflict } from "./network-mode-conflict.ts";
import { noCommonNetwork } from "./no-common-network.ts";
import { onbuildTriggerForbidden } from "./onbuild-trigger-forbidden.ts";
import { optionUnknown } from "./option-unknown.ts";
import { packageManagerMissing } from "./package-manager-missing.ts";
import { packagesKeptInVolume } from "./packages-kept-in-volume.ts";
import { pipCacheKept } from "./pip-cache-kept.ts";
import { pipIntoSystemPython } from "./pip-into-system-python.ts";
import { pipeHidesFailure } from "./pipe-hides-failure.ts";
import { podMemoryUnlimited } from "./pod-memory-unlimited.ts";
import { podMountsHost } from "./pod-mounts-host.ts";
import { podNotConfined } from "./pod-not-confined.ts";
import { podPortDiffers } from "./pod-port-differs.ts";
import { podPrivileged } from "./pod-privileged.ts";
import { podRunsAsRoot } from "./pod-runs-as-root.ts";
import { podSharesHost } from "./pod-shares-host.ts";
import { portOnInternalNetwork } from "./port-on-internal-network.ts";
import { portWithoutListener } from "./port-without-listener.ts";
import { privilegedContainer } from "./privileged-container.ts";
import { probeFormWrong } from "./probe-form-wrong.ts";
import { probeNeverFails } from "./probe-never-fails.ts";
import { probePortMismatch } from "./probe-port-mismatch.ts";
import { probePortUnknown } from "./probe-port-unknown.ts";
import { probeProgramMissing } from "./probe-program-missing.ts";
import { probesIdentical } from "./probes-identical.ts";
import { programMissing } from "./program-missing.ts";
import { proxyUpstreamMissing } from "./proxy-upstream-missing.ts";
import { publishedPortUsedInside } from "./published-port-used-inside.ts";
import { pythonPackagesMisplaced } from "./python-packages-misplaced.ts";
import { queueMayEvict } from "./queue-may-evict.ts";
import { readOnlyWithoutTmpfs } from "./read-only-without-tmpfs.ts";
import { readinessMissing } from "./readiness-missing.ts";
import { recommendsInstalled } from "./recommends-installed.ts";
import { removedTooLate } from "./removed-too-late.ts";
import { replicasShareHostPort } from "./replicas-share-host-port.ts";
import { repositoriesGone } from "./repositories-gone.ts";
import { restartPolicyMissing } from "./restart-policy-missing.ts";
import { runsAsRoot } from "./runs-as-root.ts";
import { schedulerReplicated } from "./scheduler-replicated.ts";
import { scriptInterpreterMissing } from "./script-interpreter-missing.ts";
import { scriptLineEndings } from "./script-line-endings.ts";
import { scriptNotExecutable } from "./script-not-executable.ts";
import { secretDefaultInProduction } from "./secret-default-in-production.ts";
import { secretFileCopied } from "./secret-file-copied.ts";
import { secretInArgument } from "./secret-in-argument.ts";
import { secretInBuildArgument } from "./secret-in-build-argument.ts";
import { secretInComposeFile } from "./secret-in-compose-file.ts";
import { secretInDockerfile } from "./secret-in-dockerfile.ts";
import { secretInEnvFile } from "./secret-in-env-file.ts";
import { secretInManifest } from "./secret-in-manifest.ts";
import { secretMayBeEmpty } from "./secret-may-be-empty.ts";
import { securityProfileOff } from "./security-profile-off.ts";
import { selectorMismatch } from "./selector-mismatch.ts";
import { serverOptionUnknown } from "./server-option-unknown.ts";
import { serverReadyTooEarly } from "./server-ready-too-early.ts";
import { serviceKeyUnknown } from "./service-key-unknown.ts";
import { servicePortUnknown } from "./service-port-unknown.ts";
import { serviceSelectsNothing } from "./service-selects-nothing.ts";
import { shellMissing } from "./shell-missing.ts";
import { shellStaysFirstProcess } from "./shell-stays-first-process.ts";
import { stageNameReused } from "./stage-name-reused.ts";
import { stageUnused } from "./stage-unused.ts";
import { startIntervalIgnored } from "./start-interval-ignored.ts";
import { startIntervalWithoutPeriod } from "./start-interval-without-period.ts";
import { startsBeforeReady } from "./starts-before-ready.ts";
import { swarmSettingIgnored } from "./swarm-setting-ignored.ts";
import { syntaxBroken } from "./syntax-broken.ts";
import { testsLeftOutOfImage } from "./tests-left-out-of-image.ts";
import { tlsCheckOff } from "./tls-check-off.ts";
import { undefinedDependency } from "./undefined-dependency.ts";
import { undefinedNetwork } from "./undefined-network.ts";
import { undefinedSecret } from "./undefined-secret.ts";
import { undefinedVolume } from "./undefined-volume.ts";
import { userMissing } from "./user-missing.ts";
import { variableDefaultDiffers } from "./variable-default-differs.ts";
import { variableMissingBesideSiblings } from "./variable-missing-beside-siblings.ts";
import { variableSetTwice } from "./variable-set-twice.ts";
import { versionObsolete } from "./version-obsolete.ts";
import { volumeOwnedByRoot } from "./volume-owned-by-root.ts";
import { workdirRelative } from "./workdir-relative.ts";
import { workerInheritsHttpProbe } from "./worker-inherits-http-probe.ts";

/** All rules, sorted by code. Written by scripts/list-rules.ts; a test holds the folder and the list together. */
export const rules: readonly Rule[] = [
  undefinedNetwork,
  undefinedVolume,
  undefinedSecret,
  undefinedDependency,
  dependencyCycle,
  dependencyBehindProfile,
  containerNameTaken,
  hostPortTaken,
  replicasShareHostPort,
  jobRestartsForever,
  networkModeConflict,
  probeFormWrong,
  variableDefaultDiffers,
  portOnInternalNetwork,
  databaseWithoutVolume,
  dataVolumeShared,
  databaseVersionFloating,
  databasePortPublic,
  secretInComposeFile,
  secretMayBeEmpty,
  secretDefaultInProduction,
  dockerSocketMounted,
  privilegedContainer,
  hostFolderWritable,
  hostNamespaceShared,
  capabilityTooStrong,
  securityProfileOff,
  memoryLimitMissing,
  logsNeverRotated,
  startsBeforeReady,
  startIntervalIgnored,
  versionObsolete,
  swarmSettingIgnored,
  imageBuiltRepeatedly,
  databaseKilled,
  restartPolicyMissing,
  containerNotConfined,
  containerNameWithReplicas,
  mountReplaced,
  serviceKeyUnknown,
  fromArgumentUndeclared,
  fromArgumentWithoutValue,
  copyStageMissing,
  copySourceIgnored,
  jsonFormBroken,
  execFormVariable,
  shellMissing,
  packageManagerMissing,
  repositoriesGone,
  installAsks,
  aptIndexMissing,
  installWithoutRoot,
  userMissing,
  argumentOutOfScope,
  programMissing,
  pythonPackagesMisplaced,
  binaryNeedsOtherLibc,
  scriptLineEndings,
  scriptInterpreterMissing,
  pipIntoSystemPython,
  effectDoesNotLast,
  onbuildTriggerForbidden,
  exposeInvalid,
  entrypointIgnoresCommand,
  copiedFileMissing,
  secretInArgument,
  secretInDockerfile,
  secretFileCopied,
  runsAsRoot,
  tlsCheckOff,
  downloadUnverified,
  pipeHidesFailure,
  heredocHidesFailure,
  shellStaysFirstProcess,
  probeNeverFails,
  aptUpdateAlone,
  aptCacheMountShared,
  startIntervalWithoutPeriod,
  aptIndexKept,
  apkIndexKept,
  pipCacheKept,
  dnfCacheKept,
  removedTooLate,
  cacheMountDefeated,
  chownCopiesFiles,
  dependenciesAfterSource,
  instructionOverridden,
  addOfLocalFile,
  aptCommand,
  workdirRelative,
  stageUnused,
  stageNameReused,
  legacyKeyValue,
  maintainerInstruction,
  fromCasingMixed,
  commandInShellForm,
  baseWithoutVersion,
  recommendsInstalled,
  cacheMountNotWritable,
  optionUnknown,
  directiveNotAtTop,
  chownUserMissing,
  exposeMapsPort,
  copiedFilesOverwrite,
  scriptNotExecutable,
  equalsSignInValue,
  imageHoldsSecret,
  imageSettingsHoldSecret,
  imageHoldsSecretFile,
  imageRunsAsRoot,
  imageSetUidFiles,
  imageKeepsBuildTools,
  imageKeepsPackageManager,
  imageWastesBytes,
  imageLayersInefficient,
  imageKeepsCaches,
  imageOverBudget,
  imageHoldsRepository,
  imageAccountWithoutPassword,
  imageDiffersFromDockerfile,
  selectorMismatch,
  serviceSelectsNothing,
  servicePortUnknown,
  probePortUnknown,
  mountedVolumeUndefined,
  configKeyMissing,
  probesIdentical,
  readinessMissing,
  podMemoryUnlimited,
  podRunsAsRoot,
  podNotConfined,
  podPrivileged,
  podSharesHost,
  podMountsHost,
  secretInManifest,
  autoscalerFightsReplicas,
  disruptionNeverAllowed,
  variableSetTwice,
  imageTagMoves,
  databaseWithoutClaim,
  claimSharedByReplicas,
  apiVersionRemoved,
  ingressBackendMissing,
  probeProgramMissing,
  workerInheritsHttpProbe,
  healthyConditionWithoutProbe,
  buildTargetMissing,
  buildArgumentUndeclared,
  buildSecretMissing,
  testsLeftOutOfImage,
  contextCopiedUnfiltered,
  dataPathMoved,
  serverOptionUnknown,
  queueMayEvict,
  memoryLimitBelowSettings,
  syntaxBroken,
  localhostIsTheContainer,
  publishedPortUsedInside,
  hostWithoutService,
  noCommonNetwork,
  commandNeverUsed,
  mountHidesBuild,
  readOnlyWithoutTmpfs,
  volumeOwnedByRoot,
  probePortMismatch,
  portWithoutListener,
  listensOnLoopback,
  proxyUpstreamMissing,
  migrationsRunTwice,
  schedulerReplicated,
  serverReadyTooEarly,
  baseBuiltBeside,
  buildCacheOverwritten,
  dataVolumeMisplaced,
  capabilitiesMissing,
  mountedFileMissing,
  secretInBuildArgument,
  variableMissingBesideSiblings,
  localeWithoutEffect,
  dockerfileMissing,
  envFileMissing,
  credentialsDisagree,
  podPortDiffers,
  imageInheritsHttpProbe,
  commandProgramMissing,
  secretInEnvFile,
  packagesKeptInVolume,
];
