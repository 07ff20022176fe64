/** Name of a capability as the kernel has it, without its `CAP_`. */
export function capabilityName(text: string): string {
  const name = text.toUpperCase();
  return name.startsWith("CAP_") ? name.slice("CAP_".length) : name;
}

/** Capabilities with which a container can take over its host. */
export const strongCapabilities: ReadonlySet<string> = new Set([
  ...["ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_RAWIO", "SYS_BOOT", "DAC_READ_SEARCH", "BPF", "MAC_ADMIN"],
]);
