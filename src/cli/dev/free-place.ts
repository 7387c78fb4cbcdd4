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

const MAX_TRIES = 4;

/** Where it is that somebody is to serve. */
export interface Movable {
  readonly place: FreePlace;
  moveTo(place: FreePlace): void;
  read(): Promise<unknown>;
}

/**
 * Starts to serve, and goes on to the next place where another program has taken this one meanwhile: it takes seconds until a cluster
 * has been read, as it does for others that are started at once.
 * @throws {Error} what `start` does for any other reason
 */
export async function startWhereFree<T>(
  session: Movable,
  start: (place: Place) => Promise<T>,
  find: () => Promise<FreePlace> = findFreePlace,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await start(session.place);
    } catch (error) {
      if (tries === MAX_TRIES || !isTaken(error)) throw error;
      session.moveTo(await find());
      await session.read();
    }
  }
}

function isTaken(error: unknown): boolean {
  const { cause } = error as Error;
  return cause instanceof Error && (cause as NodeJS.ErrnoException).code === "EADDRINUSE";
}
