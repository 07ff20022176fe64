import type { Rule } from "../types.ts";
import { aptIndexMissing } from "./apt-index-missing.ts";
import { argumentOutOfScope } from "./argument-out-of-scope.ts";
import { binaryNeedsOtherLibc } from "./binary-needs-other-libc.ts";
import { copiedFileMissing } from "./copied-file-missing.ts";
import { copySourceIgnored } from "./copy-source-ignored.ts";
import { copyStageMissing } from "./copy-stage-missing.ts";
import { effectDoesNotLast } from "./effect-does-not-last.ts";
import { entrypointIgnoresCommand } from "./entrypoint-ignores-command.ts";
import { execFormVariable } from "./exec-form-variable.ts";
import { exposeInvalid } from "./expose-invalid.ts";
import { fromArgumentUndeclared } from "./from-argument-undeclared.ts";
import { fromArgumentWithoutValue } from "./from-argument-without-value.ts";
import { installAsks } from "./install-asks.ts";
import { installWithoutRoot } from "./install-without-root.ts";
import { jsonFormBroken } from "./json-form-broken.ts";
import { onbuildTriggerForbidden } from "./onbuild-trigger-forbidden.ts";
import { pipIntoSystemPython } from "./pip-into-system-python.ts";
import { pythonPackagesMisplaced } from "./python-packages-misplaced.ts";
import { repositoriesGone } from "./repositories-gone.ts";
import { scriptLineEndings } from "./script-line-endings.ts";
import { userMissing } from "./user-missing.ts";

/** All rules, sorted by code. One import and one line for each file of this folder; a test holds them together. */
export const rules: readonly Rule[] = [
  fromArgumentUndeclared,
  fromArgumentWithoutValue,
  copyStageMissing,
  copySourceIgnored,
  jsonFormBroken,
  execFormVariable,
  repositoriesGone,
  installAsks,
  aptIndexMissing,
  installWithoutRoot,
  userMissing,
  argumentOutOfScope,
  pythonPackagesMisplaced,
  binaryNeedsOtherLibc,
  scriptLineEndings,
  pipIntoSystemPython,
  effectDoesNotLast,
  onbuildTriggerForbidden,
  exposeInvalid,
  entrypointIgnoresCommand,
  copiedFileMissing,
];
