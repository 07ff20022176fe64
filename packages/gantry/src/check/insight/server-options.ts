import type { ComposeService } from "../../read/compose/model.ts";
import { effectiveCommand } from "../../read/compose/questions.ts";

/** Settings that a server's command line gives, by name with underscores. */
export function commandSettings(service: ComposeService): ReadonlyMap<string, string> {
  const words = effectiveCommand(service)?.words ?? [];
  const settings = new Map<string, string>();
  for (let index = 0; index < words.length; index++) {
    const word = words[index] as string;
    const joined = word.includes("=") ? /^(?:-c|--)([A-Za-z][\w.-]*)=(.*)$/s.exec(word) : null;
    if (joined !== null) settings.set(nameOf(joined[1] as string), joined[2] as string);
    else if (word === "-c") {
      const pair = /^([\w.-]+)\s*=\s*(.*)$/s.exec(words[index + 1] ?? "");
      if (pair !== null) settings.set(nameOf(pair[1] as string), pair[2] as string);
      index++;
    } else if (/^--[A-Za-z]/.test(word)) {
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
