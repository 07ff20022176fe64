import { spawn } from "node:child_process";
import { Duplex } from "node:stream";
import type { EngineAddress } from "./connection.ts";
import { type Command, childEnvironment } from "./process.ts";

/**
 * The command that connects its standard streams with the engine behind SSH, as `docker` itself does it: the other
 * side's own client finds the socket there. It never asks for a password, because nobody could answer.
 */
export function dialCommand(address: Extract<EngineAddress, { kind: "ssh" }>): Command {
  return {
    program: "ssh",
    args: [
      "-T",
      "-o",
      "BatchMode=yes",
      "-o",
      "ConnectTimeout=10",
      ...(address.port === undefined ? [] : ["-p", String(address.port)]),
      // What follows is no option, whatever it begins with.
      "--",
      address.destination,
      "docker",
      "system",
      "dial-stdio",
    ],
  };
}

/** A connection through the standard streams of a program; ends when the program does. */
export function dial(command: Command): Duplex {
  const child = spawn(command.program, command.args, {
    env: childEnvironment(command.environment, process.env),
    stdio: ["pipe", "pipe", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (data: Buffer) => {
    said = `${said}${data.toString("utf8")}`.slice(-2000);
  });
  const connection = Duplex.from({ readable: child.stdout, writable: child.stdin });
  child.once("error", (error) => connection.destroy(error));
  child.once("exit", (code) => {
    if (code !== 0 && code !== null)
      connection.destroy(
        new Error(said.trim() === "" ? `${command.program} ended with ${code}` : said.trim()),
      );
  });
  connection.once("close", () => child.kill());
  return connection;
}
