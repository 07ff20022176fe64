import { fixByWords } from "./build-clues.ts";

/** What a failed command of a build said, and what to do when its words are known. */
export interface BuildEvidence {
  readonly lines: readonly string[];
  readonly fix?: string;
}

const shown = 20;

/** Lines of npm that explain npm and not the failure. */
const usage =
  /^npm (?:notice\b|error\s*$|error (?:Clean install|Usage:|Options:|aliases:|Run "npm help|A complete log|npm ci\s*$|\[|\s{2}))/;

/** Several tools say this when a name cannot be looked up, as always in a step without network. */
const unreachable =
  /EAI_AGAIN|ENETUNREACH|ENOTFOUND|getaddrinfo|Failed to fetch `|Temporary failure in name resolution/;

const untrusted =
  /SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_GET_ISSUER_CERT_LOCALLY|CERTIFICATE_VERIFY_FAILED|self-signed certificate in certificate chain|unable to get local issuer certificate/;

/** What tools say of a lock file that does not fit, the lines that tell why, and the command that helps. */
const outdated: readonly {
  readonly says: RegExp;
  readonly tells?: RegExp;
  readonly command: string;
}[] = [
  { says: /ERR_PNPM_OUTDATED_LOCKFILE/, command: "pnpm install --lockfile-only" },
  // Yarn 2 and later; lines of a difference, without those around it.
  { says: /YN0028/, tells: /YN0028/, command: "yarn install --mode=update-lockfile" },
  // Yarn 1.
  { says: /Your lockfile needs to be updated/, tells: /^error /, command: "yarn install" },
];

/** The lines of a step's output that tell what failed; `offline` when the step has no network. */
export function evidenceOf(output: readonly string[], offline: boolean): BuildEvidence {
  const unsynced = output.findIndex((line) => /`npm ci` can only install packages when/.test(line));
  if (unsynced !== -1) {
    const lines = output.slice(unsynced).filter((line) => !usage.test(line));
    return {
      lines: lines.length > shown ? [...lines.slice(0, shown - 1), "…"] : lines,
      fix: "Bring the lock file up to date with `npm install`, with the npm of the image's Node (`npx npm@11 install` for 24), and commit it. npm sometimes leaves the same packages out again: then delete package-lock.json and node_modules before.",
    };
  }
  for (const { says, tells, command } of outdated)
    if (output.some((line) => says.test(line)))
      return {
        lines: output.filter((line) => tells?.test(line) !== false).slice(-shown),
        fix: `Bring the lock file up to date with \`${command}\`, and commit it.`,
      };
  if (output.some((line) => untrusted.test(line)))
    return {
      lines: output.filter((line) => !usage.test(line)).slice(-shown),
      fix: "This network signs certificates itself: name the file of its authorities in GANTRY_EXTRA_CA. Recipes hand it to their steps; in a Dockerfile of yours: `RUN --mount=type=secret,id=extra-ca NODE_EXTRA_CA_CERTS=/run/secrets/extra-ca npm ci`.",
    };
  const plain = output.filter((line) => !usage.test(line));
  if (offline && output.some((line) => unreachable.test(line)))
    return {
      lines: plain.slice(-shown),
      fix: "Builds have no network, so that two of one source are the same. Put what it fetches into the project, or say `internet: true` in node() or site().",
    };
  const fix = fixByWords(output);
  return {
    lines: (plain.length > 0 ? plain : output).slice(-shown),
    ...(fix === undefined ? {} : { fix }),
  };
}
