import { createConnection } from "node:net";
import { createSocket } from "node:dgram";
import { goneEvent } from "../cluster/fake-answers.ts";
import type { SoakWorld } from "./world.ts";
import { mutatedPacket, mutatedResponse } from "../fuzz/mutate-packet.ts";
import type { Random } from "../fuzz/random.ts";
import { frame } from "../../src/dns/frame-reader.ts";

/** Something that happens to a server now and then, and is over when the promise resolves. */
export interface Happening {
  readonly name: string;
  /** @param sleep waits, for a shorter time where things happen faster */
  readonly happen: (world: SoakWorld, random: Random, sleep: Sleep) => Promise<void> | void;
}

export type Sleep = (ms: number) => Promise<unknown>;

const CLIENTS = 40;
const PACKETS = 100;

/** All that goes wrong around a server, or just happens. */
export const HAPPENINGS: readonly Happening[] = [
  { name: "API connections reset", happen: ({ proxy }) => proxy.cut("RST") },
  { name: "API connections ended", happen: ({ proxy }) => proxy.cut("FIN") },
  {
    name: "API refused",
    async happen({ proxy }, random, sleep) {
      await proxy.refuse();
      proxy.cut("RST");
      await sleep(200 + random.below(2_000));
      await proxy.accept();
    },
  },
  {
    name: "API frozen",
    async happen({ proxy }, random, sleep) {
      await proxy.freeze();
      await sleep(200 + random.below(2_000));
      await proxy.thaw();
    },
  },
  {
    name: "API ends early",
    async happen({ proxy }, random, sleep) {
      proxy.endEarly({ octets: 100 + random.below(5_000), closing: "RST" });
      proxy.cut("RST");
      await sleep(500);
      proxy.endEarly(undefined);
    },
  },
  { name: "watches ended", happen: ({ fake }) => fake.services.endWatches() },
  { name: "watches broken off", happen: ({ fake }) => fake.slices.abortWatches() },
  { name: "410 Gone", happen: ({ fake }) => fake.services.send(goneEvent()) },
  { name: "nonsense in a watch", happen: ({ fake }) => fake.services.sendRaw('{"type":"X"}\n') },
  { name: "bookmark", happen: ({ fake }) => fake.services.bookmark() },
  { name: "reload", happen: (world) => world.reload() },
  { name: "reload of a bad Corefile", happen: (world) => world.reloadBad() },
  {
    name: "upstream silent",
    async happen({ upstream }, random, sleep) {
      upstream.mood = "silent";
      await sleep(200 + random.below(1_500));
      upstream.mood = "good";
    },
  },
  {
    name: "upstream lies",
    async happen({ upstream }, random, sleep) {
      upstream.lie = (packet) => mutatedResponse(packet, random);
      upstream.mood = "lying";
      await sleep(200 + random.below(1_500));
      upstream.mood = "good";
    },
  },
  { name: "packets of all kinds", happen: ({ port }, ...rest) => sendPackets(port, ...rest) },
  { name: "connections of all kinds", happen: ({ port }, ...rest) => connectAll(port, ...rest) },
];

async function sendPackets(port: number, random: Random, sleep: Sleep): Promise<void> {
  const socket = createSocket("udp4");
  socket.on("error", () => {});
  for (let i = 0; i < PACKETS; i++) socket.send(mutatedPacket(random), port, "127.0.0.1");
  await sleep(100);
  socket.close();
}

/** Clients that ask and go, that ask half, that send nonsense, that reset, and that say nothing. */
async function connectAll(port: number, random: Random, sleep: Sleep): Promise<void> {
  const sockets = Array.from({ length: CLIENTS }, () => {
    const socket = createConnection({ port, host: "127.0.0.1" });
    socket.on("error", () => {});
    socket.resume();
    const packet = frame(mutatedPacket(random));
    const doings: readonly (() => unknown)[] = [
      () => socket.write(packet),
      () => socket.end(packet),
      () => socket.write(packet.subarray(0, random.below(packet.length))),
      () => socket.write(random.octets(random.below(200))),
      () => socket.once("connect", () => socket.resetAndDestroy()),
      () => undefined,
    ];
    random.pick(doings)();
    return socket;
  });
  await sleep(500);
  for (const socket of sockets) socket.destroy();
}
