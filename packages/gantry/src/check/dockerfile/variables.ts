const platform = new Set([
  "TARGETPLATFORM",
  "TARGETOS",
  "TARGETARCH",
  "TARGETVARIANT",
  "TARGETSTAGE",
  "BUILDPLATFORM",
  "BUILDOS",
  "BUILDARCH",
  "BUILDVARIANT",
]);
const predefined = new Set([
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "FTP_PROXY",
  "NO_PROXY",
  "ALL_PROXY",
  "SOURCE_DATE_EPOCH",
]);

/** Whether BuildKit gives FROM a value for this name without an ARG. */
export function givenByBuilder(name: string): boolean {
  return platform.has(name);
}

/** Whether an argument of this name needs no declaration at all. */
export function isPredefinedArgument(name: string): boolean {
  return predefined.has(name.toUpperCase()) || name.startsWith("BUILDKIT_");
}
