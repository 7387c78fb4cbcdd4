import type { DnsServer } from "./dns-server.ts";

/** What Portolan has said in its log, without times: from warnings on, or all. */
export function messagesOf(server: DnsServer, from: "warn" | "info" = "info"): readonly string[] {
  return server.program.output
    .split("\n")
    .map((line) => /^\[(\w+)\] (.*)$/.exec(line))
    .filter((match) => match !== null)
    .filter(([, level]) => from === "info" || level !== "INFO")
    .map(([, , message = ""]) => message);
}
