import type { Server } from "../server/server.ts";
import type { ProcessLog } from "./process-log.ts";
import { versionText } from "./version.ts";

/** Says what is served and where, in CoreDNS's words: `.:53`, or `example.org.:53 on 127.0.0.1`. */
export function announcePlaces(server: Server, log: ProcessLog): void {
  for (const { address, port, zones } of server.places()) {
    const on = isWildcard(address) ? "" : ` on ${address}`;
    log.announce(
      zones
        .toSorted()
        .map((zone) => `${zone}:${port}${on}`)
        .join("\n"),
    );
  }
}

/** Says who serves; on a terminal also how to try it. */
export function announceVersion(server: Server, log: ProcessLog): void {
  log.announce(versionText().trimEnd());
  const [first] = server.places();
  if (first && process.stdout.isTTY) log.announce(tryLines(first.address, first.port));
}

function isWildcard(address: string): boolean {
  return address === "" || address === "::" || address === "0.0.0.0";
}

function tryLines(address: string, port: number): string {
  const server = isWildcard(address) ? "127.0.0.1" : address;
  const dig = `dig @${server} -p ${port}`;
  return `
Try, in another terminal:
  ${dig} web.shop.svc.cluster.local
  ${dig} postgres.data.svc.cluster.local SRV
  ${dig} -x 10.96.0.1
`;
}
