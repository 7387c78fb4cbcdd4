import type { Logger } from "../observe/log.ts";
import type { Server } from "../server/server.ts";
import { VERSION } from "./version.ts";

/** Says what is served and where; on a terminal also how to try it. */
export function welcome(server: Server, log: Logger): void {
  log.info(`Portolan-${VERSION} on Node ${process.version}, ${process.platform}/${process.arch}`);
  for (const { address, port, zones } of server.places()) {
    log.info(`Serving ${zones.join(" ")} on ${hostPort(address, port)}, UDP and TCP`);
  }
  const [first] = server.places();
  if (first && process.stdout.isTTY) process.stdout.write(tryLines(first.address, first.port));
}

function hostPort(address: string, port: number): string {
  return `${address.includes(":") ? `[${address}]` : address}:${port}`;
}

function tryLines(address: string, port: number): string {
  const server = address === "::" || address === "0.0.0.0" ? "127.0.0.1" : address;
  const dig = `dig @${server} -p ${port}`;
  return `
Try, in another terminal:
  ${dig} web.shop.svc.cluster.local
  ${dig} postgres.data.svc.cluster.local SRV
  ${dig} -x 10.96.0.1

`;
}
