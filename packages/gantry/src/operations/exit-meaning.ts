import { humanBytes } from "../base/units.ts";
import type { ContainerState } from "../engine/api-types.ts";

/** What an exit means, and what to do about it. */
export interface ExitMeaning {
  readonly how: string;
  readonly fix: string;
}

const signals: Readonly<Record<number, string>> = {
  1: "SIGHUP",
  2: "SIGINT",
  3: "SIGQUIT",
  4: "SIGILL",
  6: "SIGABRT",
  7: "SIGBUS",
  8: "SIGFPE",
  9: "SIGKILL",
  11: "SIGSEGV",
  13: "SIGPIPE",
  15: "SIGTERM",
};

/** Explains how a process ended, from the engine's record and the last lines that it printed. */
export function explainExit(
  state: Pick<ContainerState, "ExitCode" | "OOMKilled" | "Error">,
  limits: { readonly memory: number | undefined },
  lines: readonly string[],
): ExitMeaning {
  const code = state.ExitCode;
  const limit = limits.memory === undefined ? "" : ` of ${humanBytes(limits.memory)}`;
  if (state.OOMKilled)
    return {
      how: `exit code ${code}, killed by the kernel because it went over its memory limit${limit}`,
      fix: "Give it more memory in the stack, or let it use less: a language's own heap limit belongs at about three quarters of the container's.",
    };
  if (state.Error !== "") return { how: `exit code ${code}: ${state.Error}`, fix: fixForError(state.Error) };
  const text = lines.join("\n");
  switch (code) {
    case 0:
      return {
        how: "exit code 0: the program finished",
        fix: "A service must stay in the foreground: look whether its command puts itself into the background, or is a one-off that belongs under `before`.",
      };
    case 125:
      return { how: "exit code 125: the engine could not run it", fix: "The log says why." };
    case 126:
      return {
        how: "exit code 126: the command cannot be executed",
        fix: "Make the file executable (`chmod +x`), and look whether its mount says noexec.",
      };
    case 127:
      return {
        how: "exit code 127: the command was not found",
        fix: "Look at its spelling, and whether the image has it; a script with Windows line ends or a missing interpreter gives the same.",
      };
    case 134:
      return {
        how: "exit code 134: it aborted itself",
        fix: /heap out of memory/i.test(text)
          ? "Node ran out of heap: raise `memory` in the stack and --max-old-space-size with it."
          : "The log shows what it could not go on with.",
      };
    case 137:
      return {
        how: "exit code 137: killed with SIGKILL",
        fix: `Either something killed it by hand, or the kernel did because memory ran out${limit === "" ? "" : ` (its limit is ${limit.slice(4)})`}: see \`dmesg | grep -i oom\`.`,
      };
    case 139:
      return {
        how: "exit code 139: it crashed (SIGSEGV)",
        fix: "Most often a native module that was built for another C library or processor: build it in an image of the same base.",
      };
    case 143:
      return {
        how: "exit code 143: it was asked to stop (SIGTERM)",
        fix: "Something outside of Gantry stopped it; start it again.",
      };
    default:
      break;
  }
  const signal = code > 128 ? signals[code - 128] : undefined;
  return {
    how: signal === undefined ? `exit code ${code}` : `exit code ${code} (${signal})`,
    fix: adviceFor(lines) ?? "Its last lines say what it could not go on with.",
  };
}

function fixForError(error: string): string {
  if (/executable file not found|no such file or directory/i.test(error))
    return "Look at the spelling of its command, and whether the image has that program; a script with Windows line ends or a missing interpreter gives the same.";
  if (/permission denied/i.test(error)) return "Make the file executable in the image (`chmod +x`).";
  if (/exec format error/i.test(error))
    return "The image is for another processor than this machine's: build it here, or set its platform.";
  if (/not a directory/i.test(error))
    return "A file is mounted on a folder or the other way round: make both of the same kind.";
  return "The engine's message says what is missing.";
}

/** What to do about the few messages that people meet again and again; otherwise the log speaks for itself. */
export function adviceFor(lines: readonly string[]): string | undefined {
  const text = lines.join("\n");
  if (/password authentication failed/i.test(text))
    return "The volume was made with another password, and a database reads the password only once. In dev: `gantry down --volumes` and start anew; otherwise change it inside the database.";
  if (/database files are incompatible|initialized by PostgreSQL version/i.test(text))
    return "The volume belongs to another major version of PostgreSQL: dump it with the old one, or in dev start anew with `gantry down --volumes`.";
  const program = fixForProgram(text);
  if (program !== undefined) return program;
  if (/\bEADDRINUSE\b|address already in use/i.test(text))
    return "Two processes in the container want the same port, or the port is taken on the host's network.";
  if (/read-only file system|\bEROFS\b/i.test(text))
    return "It writes to its image, which is read-only: give it a volume or a scratch folder there.";
  if (/\bEACCES\b|permission denied/i.test(text))
    return "Its user may not touch that path: look at the owner of what is mounted there.";
  if (/\bENOTFOUND\b|\bEAI_AGAIN\b|could not translate host name|Name or service not known/i.test(text))
    return "It looks for a host that is not on its networks: name that service in `uses`.";
  return undefined;
}

/** What Python's and Rust's programs say about a stack that does not fit them. */
function fixForProgram(text: string): string | undefined {
  const variable =
    /KeyError: '([A-Z][A-Z0-9_]+)'/.exec(text)?.[1] ??
    /(?:Set the (\w+) environment variable|UndefinedValueError: (\w+) not found)/
      .exec(text)
      ?.slice(1)
      .find(Boolean) ??
    /ValidationError: \d+ validation errors? for \w*(?:Settings|Config)\w*\s+(\w+)\s+Field required/
      .exec(text)?.[1]
      ?.toUpperCase();
  if (variable !== undefined)
    return `It wants ${variable}, and the stack gives it none: add it to the service's \`env\` or \`secrets\`.`;
  const attribute =
    /Failed to find attribute '([\w.]+)' in '([\w.]+)'|Attribute "([\w.]+)" not found in module "([\w.]+)"/.exec(
      text,
    );
  if (attribute !== null) {
    const [name, module] = attribute.slice(1).filter(Boolean);
    return `The module ${module} has no ${name}: correct the name behind the colon in \`command\`.`;
  }
  const module = /(?:No module named '([\w.]+)'|Could not import module "([\w.]+)")/
    .exec(text)
    ?.slice(1)
    .find(Boolean);
  if (module !== undefined)
    return `The image has no Python module ${module}: correct its name in \`command\`, set \`importFrom\` to the folder that imports start from, or add the package that has it to the project's and lock it.`;
  const relation = /relation "([\w.]+)" does not exist|no such table: ([\w.]+)/
    .exec(text)
    ?.slice(1)
    .find(Boolean);
  if (relation !== undefined)
    return `The database has no table ${relation}: run the migrations in \`before\`, or let it use the service that migrates when it starts, so that it waits for that one.`;
  return undefined;
}
