import type { CommandLine } from "../../read/dockerfile/model.ts";
import { commandsOf, wordValues } from "../../read/shell/questions.ts";

/** What a server's command line says about where it listens. */
export interface Listener {
  /** As people call it: `uvicorn`, `manage.py runserver`. */
  readonly program: string;
  /** `undefined` when the command line does not tell (a variable, a settings file). */
  readonly port: number | undefined;
  readonly host: string | undefined;
  /** The edit that makes it reachable: `--host 0.0.0.0`. */
  readonly openWith: string;
}

type Environment = ReadonlyMap<string, string | undefined>;

interface Server {
  readonly program: string;
  /** Index of the first argument after the program, or -1 when this is another program. */
  readonly begins: (words: readonly string[]) => number;
  readonly read: (args: readonly string[], env: Environment) => Omit<Listener, "program">;
}

const loopback = "127.0.0.1";
const everywhere = "0.0.0.0";

/** Settings of a server that takes host and port as two options. */
function twoOptions(
  hostOptions: readonly string[],
  portOptions: readonly string[],
  defaults: { readonly host: string | undefined; readonly port: number | undefined },
  variables: { readonly host?: string; readonly port?: string } = {},
): Server["read"] {
  return (args, env) => {
    const host = option(args, hostOptions) ?? fromEnvironment(env, variables.host);
    const port = option(args, portOptions) ?? fromEnvironment(env, variables.port);
    return {
      host: host === undefined ? defaults.host : literal(host),
      port: port === undefined ? defaults.port : portNumber(port),
      openWith: `${hostOptions[0]} ${everywhere}`,
    };
  };
}

/** Settings of a server that takes `--bind HOST:PORT`; a settings file may say otherwise, then nothing is known. */
const bindOption: Server["read"] = (args, env) => {
  const openWith = `--bind ${everywhere}:8000`;
  const elsewhere =
    option(args, ["-c", "--config"]) !== undefined || env.has("GUNICORN_CMD_ARGS") || env.has("PORT");
  const bind = option(args, ["--bind", "-b"]);
  if (bind === undefined)
    return { host: elsewhere ? undefined : loopback, port: elsewhere ? undefined : 8000, openWith };
  if (bind.startsWith("unix:") || bind.startsWith("fd:"))
    return { host: undefined, port: undefined, openWith };
  return { ...hostAndPort(bind, 8000), openWith };
};

const servers: readonly Server[] = [
  {
    program: "uvicorn",
    begins: program("uvicorn"),
    read: (args, env) =>
      option(args, ["--uds", "--fd"]) !== undefined
        ? { host: undefined, port: undefined, openWith: "" }
        : twoOptions(
            ["--host"],
            ["--port"],
            { host: loopback, port: 8000 },
            { host: "UVICORN_HOST", port: "UVICORN_PORT" },
          )(args, env),
  },
  { program: "gunicorn", begins: program("gunicorn"), read: bindOption },
  { program: "hypercorn", begins: program("hypercorn"), read: bindOption },
  {
    program: "daphne",
    begins: program("daphne"),
    read: (args, env) =>
      option(args, ["-u", "-e", "--endpoint", "--fd"]) !== undefined
        ? { host: undefined, port: undefined, openWith: "" }
        : twoOptions(["-b", "--bind"], ["-p", "--port"], { host: loopback, port: 8000 })(args, env),
  },
  {
    program: "flask run",
    begins: (words) => {
      const flask = program("flask")(words);
      const run = flask === -1 ? -1 : words.indexOf("run", flask);
      return run === -1 ? -1 : run + 1;
    },
    read: twoOptions(
      ["--host", "-h"],
      ["--port", "-p"],
      { host: loopback, port: 5000 },
      { host: "FLASK_RUN_HOST", port: "FLASK_RUN_PORT" },
    ),
  },
  {
    program: "fastapi dev",
    begins: (words) => subcommand(words, "fastapi", "dev"),
    read: twoOptions(["--host"], ["--port"], { host: loopback, port: 8000 }),
  },
  {
    program: "fastapi run",
    begins: (words) => subcommand(words, "fastapi", "run"),
    read: twoOptions(["--host"], ["--port"], { host: everywhere, port: 8000 }),
  },
  {
    program: "manage.py runserver",
    begins: (words) => {
      const run = words.indexOf("runserver");
      return run > 0 && words.slice(0, run).some((word) => /(?:^|\/)(?:manage\.py|django-admin)$/.test(word))
        ? run + 1
        : -1;
    },
    read: (args) => {
      const address = args.find((arg) => !arg.startsWith("-"));
      const openWith = `${everywhere}:8000`;
      if (address === undefined) return { host: loopback, port: 8000, openWith };
      if (/^\d+$/.test(address))
        return { host: loopback, port: Number(address), openWith: `${everywhere}:${address}` };
      return {
        ...hostAndPort(address, 8000),
        openWith: `${everywhere}:${hostAndPort(address, 8000).port ?? 8000}`,
      };
    },
  },
  {
    program: "python -m http.server",
    begins: program("http.server"),
    read: (args) => {
      const port = args.find((arg) => /^\d+$/.test(arg));
      const host = option(args, ["--bind", "-b"]);
      return {
        host: host ?? everywhere,
        port: port === undefined ? 8000 : Number(port),
        openWith: "--bind 0.0.0.0",
      };
    },
  },
  {
    program: "php -S",
    begins: (words) => subcommand(words, "php", "-S"),
    read: (args) => ({ ...hostAndPort(args[0] ?? "", undefined), openWith: "0.0.0.0:8000" }),
  },
  {
    program: "next",
    begins: (words) => Math.max(subcommand(words, "next", "start"), subcommand(words, "next", "dev")),
    read: twoOptions(
      ["-H", "--hostname"],
      ["-p", "--port"],
      { host: undefined, port: 3000 },
      { port: "PORT" },
    ),
  },
  {
    program: "celery flower",
    begins: (words) => subcommand(words, "celery", "flower"),
    read: twoOptions(["--address"], ["--port"], { host: undefined, port: 5555 }, { port: "FLOWER_PORT" }),
  },
];

/** Where the server listens that a command starts, for servers whose command line tells it; `undefined` for all others. */
export function listenerOf(command: CommandLine, env: Environment): Listener | undefined {
  const commands = commandsOf(command);
  // With another process in the background, or a supervisor, some other program may be the server that is meant.
  if (commands.some(({ before, name }) => before === "&" || supervisors.includes(name))) return undefined;
  const found = commands.flatMap((one) => {
    const words = wordValues(one);
    const server = servers.find((candidate) => candidate.begins(words) !== -1);
    if (server === undefined) return [];
    return [{ program: server.program, ...server.read(words.slice(server.begins(words)), env) }];
  });
  return found.length === 1 ? found[0] : undefined;
}

const supervisors = "nginx supervisord s6-svscan runsvdir pm2 concurrently honcho foreman service".split(" ");

/** Finds a program by name at the start, or after a launcher such as `poetry run`, `python -m`, an entry script. */
function program(name: string): Server["begins"] {
  return (words) => {
    const index = words.findIndex((word) => word === name || word.endsWith(`/${name}`));
    if (index === -1 || index > 6) return -1;
    // What follows another program's subcommand (`pip install uvicorn`) starts nothing.
    return words.slice(0, index).some((word) => notStarting.includes(word)) ? -1 : index + 1;
  };
}

const notStarting = ["install", "add", "echo", "which", "pkill", "pgrep", "kill", "test"];

function subcommand(words: readonly string[], name: string, second: string): number {
  const begin = program(name)(words);
  if (begin === -1) return -1;
  const index = words.indexOf(second, begin);
  return index === -1 ? -1 : index + 1;
}

/** Value of an option: `--port 80`, `--port=80`, `-p80` is not looked for. */
function option(args: readonly string[], names: readonly string[]): string | undefined {
  for (const [index, arg] of args.entries()) {
    if (names.includes(arg)) return args[index + 1] ?? "";
    const name = names.find((one) => arg.startsWith(`${one}=`));
    if (name !== undefined) return arg.slice(name.length + 1);
  }
  return undefined;
}

function fromEnvironment(env: Environment, name: string | undefined): string | undefined {
  return name !== undefined && env.has(name) ? (env.get(name) ?? "$") : undefined;
}

function hostAndPort(
  text: string,
  usual: number | undefined,
): { host: string | undefined; port: number | undefined } {
  const match = /^(?<host>.*?)(?::(?<port>[^:\]]*))?$/.exec(text);
  const host = match?.groups?.["host"] ?? "";
  const port = match?.groups?.["port"];
  return {
    host: host === "" || host === "0" ? everywhere : literal(host.replace(/^\[(.*)\]$/, "$1")),
    port: port === undefined || port === "" ? usual : portNumber(port),
  };
}

function literal(text: string): string | undefined {
  return text.includes("$") || text === "" ? undefined : text;
}

function portNumber(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : undefined;
}
