/** Version that is taken when the project accepts it and names none. */
export const usualPython = "3.13";

type Version = readonly [major: number, minor: number, patch: number | undefined];

function parseVersion(text: string): Version | undefined {
  const match = /^(\d+)(?:\.(\d+))?(?:\.(\d+|\*))?/.exec(text.trim());
  if (match === null) return undefined;
  return [
    Number(match[1]),
    Number(match[2] ?? 0),
    match[3] === undefined || match[3] === "*" ? undefined : Number(match[3]),
  ];
}

const minorOf = ([major, minor]: Version): number => major * 1000 + minor;

/**
 * Whether some patch release of `version` fits a specifier such as `>=3.12,<3.14` (PEP 440) or `^3.12` (Poetry).
 * What is not understood is accepted: the installer has the last word.
 */
export function acceptsPython(specifier: string, version: string): boolean {
  const wanted = parseVersion(version);
  if (wanted === undefined) return true;
  return specifier.split("||").some((choice) =>
    choice
      .split(",")
      .map((clause) => clause.trim())
      .every((clause) => clause === "" || clause === "*" || acceptsClause(clause, wanted)),
  );
}

function acceptsClause(clause: string, wanted: Version): boolean {
  const match = /^(>=|<=|==|!=|~=|>|<|\^|~)?\s*(\d.*)$/.exec(clause);
  const bound = match === null ? undefined : parseVersion(match[2] as string);
  if (match === null || bound === undefined) return true;
  const [ours, theirs] = [minorOf(wanted), minorOf(bound)];
  const onlyMajor = !(match[2] as string).includes(".");
  const patch = bound[2];
  const patchFits = (test: (ours: number, theirs: number) => boolean): boolean =>
    patch === undefined || wanted[2] === undefined || test(wanted[2], patch);
  switch (match[1]) {
    case ">=":
    case ">":
      return ours > theirs || (ours === theirs && patchFits((a, b) => a >= b));
    case "<":
      return (
        ours < theirs || (ours === theirs && patch !== undefined && patch > 0 && patchFits((a, b) => a < b))
      );
    case "<=":
      return ours < theirs || (ours === theirs && patchFits((a, b) => a <= b));
    case "!=":
      return ours !== theirs || (patch !== undefined && wanted[2] !== patch);
    case "^":
      return wanted[0] === bound[0] && ours >= theirs;
    case "~=":
      return wanted[0] === bound[0] && (patch === undefined ? ours >= theirs : ours === theirs);
    default:
      return onlyMajor ? wanted[0] === bound[0] : ours === theirs && patchFits((a, b) => a === b);
  }
}

/** The version to build with: the usual one when the project accepts it, else the lowest that it names. */
export function pythonFor(specifier: string | undefined): string {
  if (specifier === undefined || acceptsPython(specifier, usualPython)) return usualPython;
  const named = [...specifier.matchAll(/(\d+)\.(\d+)/g)]
    .map((match) => `${match[1]}.${match[2]}`)
    .filter((version) => acceptsPython(specifier, version));
  return named[0] ?? usualPython;
}
