import {
  defineStack,
  dockerfile,
  nginx,
  node,
  postgres,
  python,
  questdb,
  redis,
  rust,
  site,
} from "../../../src/index.ts";
import type { Stack } from "../../../src/stack/types.ts";

const gantry: Readonly<Record<string, unknown>> = {
  defineStack,
  dockerfile,
  nginx,
  node,
  postgres,
  python,
  questdb,
  redis,
  rust,
  site,
};

/** What running the text of a suggested stack.ts gives; such a text is plain JavaScript. */
export function evaluate(text: string): unknown {
  const imported = /^import \{ ([\w, ]+) \} from "gantry";\n/.exec(text);
  if (imported === null) throw new Error(`it imports nothing from gantry:\n${text}`);
  const names = (imported[1] as string).split(", ");
  const body = text.slice(imported[0].length).replace("export default", "return");
  const given = names.map((name) => gantry[name]);
  return (new Function(...names, body)(...given) as Stack).input;
}
