/** A package that a package manager did not find. */
export interface MissingPackage {
  /** As it was asked for, without a version. */
  readonly name: string;
  /** In words. */
  readonly why: string;
}

/** Forms in which apt and apk say so; the group is the name. apt's come in the middle of a line, after its progress. */
const forms: readonly {
  readonly pattern: RegExp;
  readonly why: (name: string, version: string) => string;
}[] = [
  { pattern: /E: Unable to locate package (\S+)/, why: (name) => `there is no package ${name}` },
  {
    pattern: /E: Package '(\S+)' has no installation candidate/,
    why: (name) => `the package ${name} is known by name only, and cannot be installed`,
  },
  {
    pattern: /E: Version '(?<version>[^']+)' for '(?<name>\S+)' was not found/,
    why: (name, version) => `there is no version ${version} of the package ${name}`,
  },
  { pattern: /^\s+(\S+) \(no such package\):/, why: (name) => `there is no package ${name}` },
];

/**
 * Packages that the output of apt or apk says are not there. None when the lists of packages could not be fetched: every
 * package is missing then, and that is not its name's fault.
 */
export function missingPackages(output: readonly string[]): readonly MissingPackage[] {
  if (output.some((line) => /Failed to fetch|^(?:WARNING: )?fetching .*: /i.test(line))) return [];
  const found = output.flatMap((line) =>
    forms.flatMap(({ pattern, why }) => {
      const match = pattern.exec(line);
      const name = match?.groups?.["name"] ?? match?.[1];
      return name === undefined ? [] : [{ name, why: why(name, match?.groups?.["version"] ?? "") }];
    }),
  );
  return [...new Map(found.map((missing) => [missing.name, missing])).values()];
}
