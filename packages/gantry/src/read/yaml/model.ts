import type { Span } from "../source.ts";

/** A value of a YAML (or JSON) file, with aliases and merge keys resolved. Each part points to where it was written. */
export type YamlNode = YamlScalar | YamlMap | YamlList;

/** What every value may have. */
interface Tagged {
  /** Tag as written, such as `!reset`; absent without one. */
  readonly tag?: string;
}

/** Text, number, truth value or nothing. */
export interface YamlScalar extends Tagged {
  readonly kind: "scalar";
  readonly value: string | number | boolean | null;
  /** As text, with variables filled in (Compose): `"8080"` for 8080. */
  readonly text: string;
  /** As text before variables were filled in. */
  readonly raw: string;
  readonly quoted: boolean;
  /** Variables that were used in it (Compose). */
  readonly variables: readonly VariableUse[];
  readonly span: Span;
}

/** A mapping; the order is that of the file. */
export interface YamlMap extends Tagged {
  readonly kind: "map";
  readonly entries: readonly YamlEntry[];
  readonly span: Span;
}

/** A key and its value. */
export interface YamlEntry {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: YamlNode;
}

/** A sequence. */
export interface YamlList extends Tagged {
  readonly kind: "list";
  readonly items: readonly YamlNode[];
  readonly span: Span;
}

/** `${NAME:-default}` in a Compose file. */
export interface VariableUse {
  readonly name: string;
  /** `:-`, `-`, `:?`, `?`, `:+`, `+`, or empty for `$NAME`. */
  readonly operator: string;
  /** Default, message or replacement, as written. */
  readonly operand: string;
  /** Value that the project's own files give; `undefined` when it comes from outside. */
  readonly value: string | undefined;
}
