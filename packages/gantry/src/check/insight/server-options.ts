import type { ComposeService } from "../../read/compose/model.ts";
import { effectiveCommand } from "../../read/compose/questions.ts";

/** Settings that a server's command line gives, by name with underscores. */
export function commandSettings(service: ComposeService): ReadonlyMap<string, string> {
  const words = effectiveCommand(service)?.words ?? [];
  const settings = new Map<string, string>();
  for (let index = 0; index < words.length; index++) {
    const word = words[index] as string;
    const isOption = word.startsWith("-c") || word.startsWith("--");
    const setting = word === "-c" ? words[++index] : isOption ? word.slice(2) : undefined;
    const pair = setting?.includes("=") ? /^([\w.-]+)\s*=\s*(.*)$/s.exec(setting) : null;
    if (pair !== null) settings.set(nameOf(pair[1] as string), pair[2] as string);
    else if (word.startsWith("--") && word.length > 2) {
      const next = words[index + 1];
      const valued = next !== undefined && !next.startsWith("-");
      settings.set(nameOf(word.slice(2)), valued ? next : "");
      if (valued) index++;
    }
  }
  return settings;
}

function nameOf(text: string): string {
  return text.toLowerCase().replaceAll("-", "_");
}
