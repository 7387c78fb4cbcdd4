import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";

export interface Place {
  readonly address: string;
  readonly port: number;
}

export interface FreePlace extends Place {
  /** Those that other programs have, and that would have been taken before. */
  readonly taken: readonly Place[];
}

/** A port that systems ask without being told of it, where this user may have it; else one that needs no rights. */
export const PLACES: readonly Place[] = [
  ...[1, 2, 3, 4].map((i) => ({ address: `127.53.0.${i}`, port: 53 })),
  ...[0, 1, 2, 3, 4, 5, 6, 7].map((i) => ({ address: "127.0.0.1", port: 10_053 + i })),
];

/**
 * The first place where nobody serves and this user may.
 * @throws {Error} if there is none
 */
export async function findFreePlace(places: readonly Place[] = PLACES): Promise<FreePlace> {
  const taken: Place[] = [];
  let reason = "";
  for (const place of places) {
    reason = await obstacleAt(place);
    if (reason === "") return { ...place, taken };
    if (reason === "EADDRINUSE") taken.push(place);
  }
  const [first] = places;
  throw new Error(
    `Cannot find a free port on this machine, from ${first?.address} port ${first?.port} on: ${reason}`,
  );
}

/** "" if both UDP and TCP can be had. */
async function obstacleAt({ address, port }: Place): Promise<string> {
  const udp = createSocket({ type: "udp4", reuseAddr: false });
  const tcp = createServer();
  try {
    udp.bind({ address, port, exclusive: true });
    await once(udp, "listening");
    tcp.listen({ host: address, port, exclusive: true });
    await once(tcp, "listening");
    return "";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? (error as Error).message;
  } finally {
    udp.close();
    tcp.close();
  }
}
