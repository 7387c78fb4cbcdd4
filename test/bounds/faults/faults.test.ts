import type { Socket } from "node:dgram";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { parseMessage } from "../../../src/dns/message.ts";
import { answerTo, startFakeUpstream } from "../../../src/testing/fake-upstream.ts";
import { encodeQuestion, parseQuestion } from "../../recorded/question.ts";
import { storedService } from "../../cluster/cluster-objects.ts";
import { FakeCluster } from "../../cluster/fake-cluster.ts";
import { Portolan, ROOT, endAll } from "../../run-portolan.ts";

const SABOTAGE = join(import.meta.dirname, "sabotage.ts");
/** Queries under way at each time. */
const AT_ONCE = 20;
/** Queries answered between one exception and the next. */
const BETWEEN = 500;
const TIMEOUT_MS = 300_000;

const COREFILE = `
. {
  bind 127.0.0.1
  errors
  health 127.0.0.1:0
  hosts {
    192.0.2.9 www.hosts.test
    fallthrough
  }
  kubernetes cluster.local {
    kubeconfig KUBECONFIG
  }
  forward udp.test UPSTREAM
  forward tcp.test UPSTREAM {
    force_tcp
  }
}
manifest.test {
  bind 127.0.0.1
  kubernetes manifest.test {
    manifests FOLDER
  }
}
`;

const MANIFEST = `apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { clusterIP: 10.96.0.7, ports: [{ port: 80 }] }
`;

/** Whose credentials take a process: others are read from the kubeconfig at once. */
const USER = {
  exec: {
    apiVersion: "client.authentication.k8s.io/v1",
    command: process.execPath,
    args: ["-e", `console.log('{"kind":"ExecCredential","status":{"token":"a"}}')`],
    interactiveMode: "Never",
  },
};

/** Asks, and asks again for each answer. */
class Client {
  answered = 0;
  readonly wrong: string[] = [];
  readonly #socket: Socket = createSocket("udp4");
  readonly #port: number;
  readonly #pending = new Map<number, string>();
  readonly #waiting = new Set<{ count: number; resolve: () => void }>();
  #sent = 0;
  #isStopping = false;

  constructor(port: number) {
    this.#port = port;
    this.#socket.on("error", (error) => this.wrong.push(error.message));
    this.#socket.on("message", (packet) => this.#take(packet));
    for (let i = 0; i < AT_ONCE; i++) this.#ask();
  }

  /** Resolves when so many more have been answered. */
  more(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.add({ count: this.answered + count, resolve });
    });
  }

  /** Resolves when nothing is under way. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    if (this.#pending.size > 0) await this.more(this.#pending.size);
    this.#socket.close();
  }

  #ask(): void {
    const number = this.#sent++;
    const names = [
      `n${number}.udp.test`,
      `n${number}.tcp.test`,
      "web.shop.svc.cluster.local",
      "www.hosts.test",
      "web.shop.svc.manifest.test",
    ];
    const question = `${names[number % names.length]} A`;
    const id = number & 0xffff;
    const packet = encodeQuestion(parseQuestion(question), id);
    this.#pending.set(id, question);
    this.#socket.send(packet, this.#port, "127.0.0.1");
  }

  #take(packet: Buffer): void {
    const id = packet.readUInt16BE(0);
    const question = this.#pending.get(id);
    if (question === undefined || !this.#pending.delete(id)) return;
    const message = parseMessage(packet);
    if (message?.rcode !== 0 || message.answer.length !== 1) {
      this.wrong.push(`${question}: ${message?.rcode}`);
    }
    this.answered++;
    for (const waiting of this.#waiting) {
      if (waiting.count > this.answered) continue;
      this.#waiting.delete(waiting);
      waiting.resolve();
    }
    if (!this.#isStopping) this.#ask();
  }
}

const cleanUp: (() => unknown)[] = [];

afterEach(async () => {
  endAll();
  for (const undo of cleanUp.splice(0)) await undo();
});

interface Started {
  readonly server: Portolan;
  /** Where it can be made to throw: places of its own, and of nobody's. */
  readonly places: [string[], string[]];
  readonly change: () => Promise<void>;
}

async function start(): Promise<Started> {
  const fake = await FakeCluster.start();
  await fake.services.put(storedService({ namespace: "shop", name: "web" }, "10.96.0.8"));
  const upstream = await startFakeUpstream(({ packet, reply }) => reply(answerTo(packet)));
  const folder = mkdtempSync(join(tmpdir(), "portolan-faults-"));
  cleanUp.push(
    () => fake.stop(),
    () => upstream.close(),
    () => rmSync(folder, { recursive: true }),
  );
  writeFileSync(join(folder, "a.yaml"), MANIFEST);
  const kubeconfig = fake.writeKubeconfig(USER);
  const values = { KUBECONFIG: kubeconfig, UPSTREAM: upstream.address, FOLDER: folder };
  let corefile = COREFILE;
  for (const [name, value] of Object.entries(values)) corefile = corefile.replaceAll(name, value);
  const path = fake.writeFile("Corefile", corefile);
  const environment = {
    UPSTREAM_PORT: `${upstream.port}`,
    API_PORT: new URL(fake.api.url).port,
    FOLDER: folder,
  };
  const server = new Portolan(
    ["-conf", path, "-dns.port", "0"],
    undefined,
    ["--import", SABOTAGE],
    ROOT,
    {
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    },
  );
  const [places] = (await once(server.child, "message")) as [[string[], string[]]];
  const other = { namespace: "shop", name: "other" };
  let changes = 0;
  const change = () => fake.services.put(storedService(other, `10.96.1.${++changes}`));
  return { server, places, change };
}

it(
  "whatever throws, wherever, every query is answered, and nothing ends",
  async () => {
    const { server, places, change } = await start();
    const [own, nobodys] = places;
    await server.saying(/Watching the API server/);
    const client = new Client(await server.port());
    for (const place of [...own, ...nobodys]) {
      await client.more(BETWEEN);
      const done = once(server.child, "message");
      server.child.send(place);
      // So that the API server has something to say.
      await change();
      const [told] = (await done) as [unknown];
      expect(told).toBe(place);
    }
    await client.more(BETWEEN);
    await client.stop();
    expect(client.wrong).toEqual([]);
    expect(client.answered).toBeGreaterThan(BETWEEN * (own.length + nobodys.length));
    const { code, stdout } = await server.stop();
    expect(code).toBe(0);
    const told = [...stdout.matchAll(/Recovered from panic in ([^:\n]*): .*sabotage/g)];
    const counts = (what: RegExp): number => told.filter(([, name = ""]) => what.test(name)).length;
    expect(counts(/nobody's/)).toBe(nobodys.length);
    expect(counts(/upstream/)).toBe(2);
    expect(counts(/response of the API server/)).toBe(1);
    expect(counts(/HTTP endpoint/)).toBe(1);
    expect(counts(/watching of files/)).toBe(1);
  },
  TIMEOUT_MS,
);
