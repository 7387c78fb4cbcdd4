import { createSocket } from "node:dgram";
import { isIP } from "node:net";

/** Whether this machine can listen on an address: any port of it can be bound. Empty stands for all, and a name passes. */
export async function isOwnAddress(address: string): Promise<boolean> {
  const version = isIP(address);
  if (version === 0) return true;
  const socket = createSocket(version === 6 ? "udp6" : "udp4");
  const { promise, resolve } = Promise.withResolvers<NodeJS.ErrnoException | undefined>();
  socket.once("error", resolve);
  socket.bind(0, address, () => resolve(undefined));
  const error = await promise;
  socket.close();
  return error?.code !== "EADDRNOTAVAIL";
}
