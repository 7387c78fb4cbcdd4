import { Resolver } from "node:dns/promises";
import type { StubServer } from "./setting.ts";
import { writtenServer } from "./setting.ts";
import type { System } from "./system.ts";

/** What came of a question. */
export interface Outcome {
  readonly addresses: readonly string[];
  /** Whether there was a reply at all, be it that there is no such name. */
  readonly isReply: boolean;
  /** As people read it. */
  readonly text: string;
}

/** The two ways to ask for a name. */
export interface Questions {
  /** A server, as dig does. */
  server(server: StubServer, name: string): Promise<Outcome>;
  /** The C library, as programs do: with its nsswitch.conf, hosts and search list. */
  program(name: string): Promise<Outcome>;
}

const LIMIT_MS = 2_000;
const REPLIES: ReadonlySet<string> = new Set(["ENOTFOUND", "ENODATA", "ESERVFAIL", "EREFUSED"]);
const TEXTS: Readonly<Record<string, string>> = {
  ENOTFOUND: "no such name",
  ENODATA: "no address of that name",
  ESERVFAIL: "the server failed",
  EREFUSED: "the server refused",
  ECONNREFUSED: "nobody listens there",
  ETIMEOUT: "no reply in time",
  EAI_AGAIN: "no server replied",
};

/** It asks in a process of its own: what the C library has read once it may keep, and it may hang. */
const PROGRAM = `require("node:dns").lookup(process.argv[1], { all: true }, (error, found) => {
  process.stdout.write(error ? error.code : found.map(({ address }) => address).join(" "));
});`;

export function questionsOf(system: System): Questions {
  return {
    server: askServer,
    async program(name) {
      const { code, stdout } = await system.run([process.execPath, "-e", PROGRAM, name]);
      if (code !== 0) return failed("ETIMEOUT");
      return /^E[A-Z_]+$/.test(stdout) ? failed(stdout) : found(stdout.split(" "));
    },
  };
}

async function askServer(server: StubServer, name: string): Promise<Outcome> {
  const resolver = new Resolver({ timeout: LIMIT_MS, tries: 1 });
  resolver.setServers([writtenServer(server)]);
  try {
    return found(await resolver.resolve4(name));
  } catch (error) {
    return failed((error as NodeJS.ErrnoException).code ?? "");
  }
}

function found(addresses: readonly string[]): Outcome {
  return { addresses, isReply: true, text: addresses.join(", ") };
}

function failed(code: string): Outcome {
  return { addresses: [], isReply: REPLIES.has(code), text: TEXTS[code] ?? code };
}
