import type { DnsServer } from "./dns-server.ts";

/** What Portolan has said in its log, without times: from warnings on, or all. */
export function messagesOf(server: DnsServer, from: "warn" | "info" = "info"): readonly string[] {
  return server.program.output
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as { level: number; msg: string })
    .filter(({ level }) => level >= (from === "warn" ? 40 : 30))
    .map(({ msg }) => msg);
}
